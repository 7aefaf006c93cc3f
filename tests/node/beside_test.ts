/** Tests of applications that share their HTTP server with SockJS. */

import { assertEquals } from "@std/assert";
import type { HttpConnection } from "../support/raw_http.ts";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const beside = new Programs("beside.ts");

/** Sends bytes, and gives all that comes back until the server ends the connection. */
async function exchange(program: Program, server: string, bytes: string): Promise<string> {
  const connection = await program.connect(server);
  await connection.write(bytes);
  return await toEnd(connection);
}

async function toEnd(connection: HttpConnection): Promise<string> {
  return String.fromCharCode(...await connection.reader.toEnd());
}

/** The bytes of a request for an upgrade. */
function upgrade(path: string): string {
  const fields = Object.entries({ Host: "x", ...handshake });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** The response to a request for an upgrade that is not granted. */
async function refusal(
  program: Program,
  server: string,
  path: string,
  { to = "websocket", ...request }: { to?: string; method?: string; body?: string } = {},
): Promise<[status: number, body: string]> {
  const headers = { ...handshake, Upgrade: to };
  const { status, body } = await program.request(server, { path, headers, ...request });
  return [status, body];
}

/** The services of those servers answer, over HTTP and as websockets. */
async function echoes(program: Program, server: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    assertEquals((await program.get(server, `/${name}`)).body, "Welcome to SockJS!\n");
    const socket = await program.websocket(server, `/${name}/websocket`);
    await socket.sendText("hello");
    assertEquals(await socket.message(), `${name} hello`);
  }
}

const bodies = [
  "GET /x?y HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: 1\r\nx-a: 2\r\n\r\n",
  "POST /x/../one HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
  "PUT /onex HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
];
const withoutDate = (response: string) => response.replace(/\r\nDate: [^\r]*/, "");

beside.test("requests outside the prefix reach the earlier listeners as without us", async (it) => {
  for (const bytes of bodies) {
    const expected = withoutDate(await exchange(it, "bare", bytes));
    assertEquals(expected.match(/"url":/g)?.length, 2, "two listeners were called");
    for (const server of ["one", "several"]) {
      assertEquals(withoutDate(await exchange(it, server, bytes)), expected);
    }
  }
});

beside.test("upgrades outside the prefix reach the earlier listeners as without us", async (it) => {
  for (const path of ["/x?y", "/", "/onex", "/x/one"]) {
    const bytes = `${upgrade(path)}and more`;
    const expected = await exchange(it, "bare", bytes);
    assertEquals(expected.match(/"url":/g)?.length, 2, "two listeners were called");
    for (const server of ["one", "several"]) {
      assertEquals(await exchange(it, server, bytes), expected);
    }
  }
});

beside.test("several services share a server, each under its prefix", async (it) => {
  await echoes(it, "several", "one", "two", "three");
  await echoes(it, "one", "one");
});

beside.test("an application's own websockets live beside those of the services", async (it) => {
  await echoes(it, "ownWebSockets", "one", "two");
  const socket = await it.websocket("ownWebSockets", "/own");
  await socket.sendText("hello");
  assertEquals(await socket.message(), "own hello");
  assertEquals(await refusal(it, "ownWebSockets", "/other"), [418, ""]);
});

beside.test("a ws server that was added first keeps its path, and SockJS its own", async (it) => {
  await echoes(it, "attached", "one");
  const socket = await it.websocket("attached", "/own");
  await socket.sendText("hello");
  assertEquals(await socket.message(), "own hello");
});

beside.test("once listeners get the first request that is not for SockJS, and no other", async (it) => {
  await echoes(it, "once", "one");
  assertEquals((await it.get("once", "/x")).body, "once");
  assertEquals(await refusal(it, "once", "/x"), [418, ""]);
  // From here on there is no other listener.
  assertEquals((await it.get("once", "/x")).status, 404);
  assertEquals(await refusal(it, "once", "/x"), [404, "Not found"]);
});

beside.test("a listener that is added later gets all requests except those for SockJS", async (it) => {
  await echoes(it, "late", "one");
  assertEquals((await it.get("late", "/x")).body, "late /x");
});

beside.test("without any other listener, what is outside the prefixes is not found", async (it) => {
  await echoes(it, "alone", "one", "two");
  for (const path of ["/", "/x", "/onex", "//one"]) {
    const { status, body } = await it.get("alone", path);
    assertEquals([status, body], [404, "Not found"], path);
    assertEquals(await refusal(it, "alone", path), [404, "Not found"], path);
  }
});

beside.test("without upgrade listeners, upgrades are ordinary requests", async (it) => {
  await echoes(it, "withoutUpgrades", "one", "two");
  for (const to of ["websocket", "h2c", "TLS/1.0", "anything"]) {
    const response = await refusal(it, "withoutUpgrades", "/x?y", { to });
    assertEquals(response, [200, "application GET /x?y "], to);
  }
});

beside.test("a request of ours that offers HTTP/2 is served over HTTP/1.1", async (it) => {
  const [to, method] = ["h2c", "POST"];
  for (const server of ["alone", "withoutUpgrades"]) {
    const [status, info] = await refusal(it, server, "/one/info", { to });
    assertEquals([status, JSON.parse(info).websocket], [200, true]);
    const poll = await refusal(it, server, "/one/0/offering/xhr", { to, method, body: "" });
    assertEquals(poll, [200, "o\n"]);
  }
});

beside.test("a send that offers HTTP/2 is delivered", async (it) => {
  assertEquals((await it.post("alone", "/one/0/sending/xhr")).body, "o\n");
  const send = { to: "h2c", method: "POST", body: '["hello"]' };
  assertEquals(await refusal(it, "alone", "/one/0/sending/xhr_send", send), [204, ""]);
  assertEquals((await it.post("alone", "/one/0/sending/xhr")).body, 'a["one hello"]\n');
}, {
  deno: "takes the body of an upgrade from the connection",
  bun: "takes the body of an upgrade from the connection",
});

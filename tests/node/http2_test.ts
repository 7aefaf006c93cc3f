/** Tests of HTTP/2, in the compatibility mode of `node:http2`. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Http2Client } from "./http2_client.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";
import { Tunnel } from "../support/tunnel.ts";

/** "Assertion `stream->closed_next == NULL' failed": no fault of ours, but the end of all tests. */
const skip = { deno: "its HTTP/2 library ends the process when clients leave early" };

const tls = new Programs("tls.ts", skip);
const hono = new Programs("hono_http2.ts", { ...skip, bun: "Hono has a server of Bun's there" });
const timeouts = new Programs("timeouts.ts", skip);

const newBase = () => `/echo/0/${crypto.randomUUID()}`;

const connect = async (it: Program, server = "http2") =>
  it.closing(new Http2Client(await it.port(server)));

tls.test("HTTP/2: the URL of a request says https", async (it) => {
  const client = await connect(it);
  const path = "/cookie/0/1/xhr?q";
  const response = await client.post(path);
  assertEquals(response.headers.get("set-cookie"), "JSESSIONID=https:");
  await client.text(response);
  assertEquals(await it.ask("urls"), [`${client.address}${path}`]);
});

tls.test("HTTP/2: pages and errors are those of HTTP/1.1", async (it) => {
  const client = await connect(it);
  const get = async (path: string, method = "GET") => {
    const response = await client.request(path, { method });
    return [response.status, await client.text(response)];
  };
  assertEquals(await get("/echo"), [200, "Welcome to SockJS!\n"]);
  assertEquals(await get("/echo", "HEAD"), [200, ""]);
  assertEquals(await get("/echo/unknown"), [404, "Not found"]);
  assertEquals(await get("/echo/0/1/xhr"), [405, ""]);
  assertEquals(await get("/echo/0/1/xhr", "OPTIONS"), [204, ""]);
  assertEquals(await get("/x?y"), [200, "application 2.0 GET /x?y "]);
});

tls.test("HTTP/2: a websocket is refused", async (it) => {
  const client = await connect(it);
  for (const path of ["/echo/0/1/websocket", "/echo/websocket"]) {
    const response = await client.request(path);
    assertEquals([response.status, await client.text(response)], [
      400,
      "Not a valid websocket request",
    ]);
  }
});

tls.test("HTTP/2: polls and sends of several sessions share a connection", async (it) => {
  const client = await connect(it);
  const sessions = Array.from({ length: 20 }, (_, at) => `/echo/0/sharing-${at}`);
  const ask = async (path: string, body?: string) => client.text(await client.post(path, body));
  await Promise.all(sessions.map(async (base) => {
    assertEquals(await ask(`${base}/xhr`), "o\n");
    const poll = ask(`${base}/xhr`);
    assertEquals(await ask(`${base}/xhr_send`, '["\u20ac"]'), "");
    assertEquals(await poll, 'a["\u20ac"]\n');
  }));
});

tls.test("HTTP/2: the host is the authority, and the ends are known", async (it) => {
  const client = await connect(it);
  const base = "/echo/0/authority";
  await client.text(await client.post(`${base}/xhr`));
  await client.post(`${base}/xhr_send`, '["who"]');
  const frame = await client.text(await client.post(`${base}/xhr`));
  assertEquals(JSON.parse(JSON.parse(frame.slice(1))[0]), {
    protocol: "xhr-polling",
    host: new URL(client.address).host,
    isKnown: [true, true],
  });
});

for (const [how, programs] of Object.entries({ "": tls, "under Hono, ": hono })) {
  const sentence = `HTTP/2: ${how}the address is the one that the trusted proxy has added`;
  programs.test(sentence, async (it) => {
    const client = await connect(it);
    const headers = {
      "X-Forwarded-For": "6.6.6.6, 192.0.2.7:80",
      "Forwarded": 'for=6.6.6.6, for="[2001:db8::7]:443"',
    };
    const expected: Record<string, [string, number]> = {
      by_list: ["192.0.2.7", 80],
      by_forwarded: ["2001:db8::7", 443],
      authorized: ["192.0.2.7", 80],
    };
    for (const [service, address] of Object.entries(expected)) {
      const base = `/proxied/${service}/0/${crypto.randomUUID()}`;
      const ask = async () =>
        await client.text(await client.request(`${base}/xhr`, { method: "POST", headers }));
      assertEquals(await ask(), "o\n");
      await client.post(`${base}/xhr_send`, service === "authorized" ? '["context"]' : '["who"]');
      assertEquals(JSON.parse(JSON.parse((await ask()).slice(1))[0]), address, service);
    }
  });
}

tls.test("HTTP/2: streams of all kinds deliver", async (it) => {
  const client = await connect(it);
  const kinds = { xhr_streaming: "POST", eventsource: "GET", "htmlfile?c=x": "GET" };
  for (const [end, method] of Object.entries(kinds)) {
    const base = `/echo/0/of-kind-${end.slice(0, 4)}`;
    const stream = await client.stream(`${base}/${end}`, method);
    await stream.until("o");
    await client.post(`${base}/xhr_send`, '["hello"]');
    assert((await stream.until("hello")).includes("a["), end);
    await stream.cancel();
    assertEquals(await it.ask("closed", `${base}/${end}`), 1002);
  }
});

tls.test("HTTP/2: a slow reader gets everything", async (it) => {
  const client = await connect(it);
  const stream = await client.stream("/echo/0/much/xhr_streaming", "POST");
  await stream.until("o\n");
  await client.post("/echo/0/much/xhr_send", '["much"]');
  await client.post("/echo/0/much/xhr_send", '["end"]');
  const text = await stream.until("end");
  assertEquals(text.match(/x/g)?.length, 3_000_000);
  await stream.cancel();
});

tls.test("HTTP/2: a poll that is cancelled interrupts its connection only", async (it) => {
  const client = await connect(it);
  const [one, other] = ["/echo/0/cancelled", "/echo/0/kept"];
  await client.text(await client.post(`${one}/xhr`));
  await client.text(await client.post(`${other}/xhr`));
  const pending = client.post(`${other}/xhr`);
  const abort = new AbortController();
  const cancelled = client.request(`${one}/xhr`, { method: "POST", signal: abort.signal });
  // On the same connection, and answered: the polls before it have reached the server.
  await client.text(await client.request("/echo"));
  abort.abort();
  await assertRejects(() => cancelled, DOMException);
  assertEquals(await it.ask("closed", `${one}/xhr`), 1002);
  await client.post(`${other}/xhr_send`, '["hello"]');
  assertEquals(await client.text(await pending), 'a["hello"]\n');
});

tls.test("HTTP/2: a connection that ends interrupts all that wait on it", async (it) => {
  const tunnel = Tunnel.plain(await it.port("http2"));
  const client = it.closing(new Http2Client(tunnel.port));
  const bases = ["/echo/0/ending-1", "/echo/0/ending-2"];
  for (const base of bases) await (await client.stream(`${base}/eventsource`, "GET")).until("o");
  tunnel[Symbol.dispose]();
  for (const base of bases) assertEquals(await it.ask("closed", `${base}/eventsource`), 1002);
});

tls.test("HTTP/2: a fallback gets the request and answers it", async (it) => {
  const client = await connect(it, "fallback");
  const response = await client.post("/x?y", "body");
  assertEquals([response.status, await client.text(response)], [200, "POST body"]);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  const [url, names] = ["x-url", "x-names"].map((name) => response.headers.get(name));
  assertEquals([url, names], [`${client.address}/x?y`, ""]);
});

tls.test("HTTP/2: a response that it does not allow is a 500, or loses a header", async (it) => {
  const client = await connect(it, "fallback");
  const response = await client.request("/upgrade");
  assert([200, 500].includes(response.status), `${response.status}`);
  assertEquals(await client.text(response), response.ok ? "GET " : "Internal error");
}, { bun: "sends it, and the client resets the stream" });

tls.test("HTTP/2: Response.error() of a fallback is a 500", async (it) => {
  const client = await connect(it, "fallback");
  const response = await client.request("/error");
  assertEquals([response.status, await client.text(response)], [500, "Internal error"]);
});

hono.test("HTTP/2: under Hono, the client gets the response of authorize, or a 500 if it is invalid", async (it) => {
  const client = await connect(it);
  const ask = async (As: string) => {
    const init = { method: "POST", headers: { As } };
    const response = await client.request(`${newBase()}/xhr`, init);
    return [response.status, await client.text(response)];
  };
  assertEquals(await ask(""), [200, "o\n"]);
  assertEquals(await ask("guest"), [402, "Pay first"]);
  for (const as of ["error", "control"]) assertEquals(await ask(as), [500, "Internal error"], as);
});

timeouts.waitingTest("HTTP/2: a request that nobody answers is cut off", async (it) => {
  const client = await connect(it);
  await assertRejects(() => client.request("/x"), TypeError);
});

timeouts.waitingTest(
  "HTTP/2: polls and streams wait on, also when others have ended",
  async (it) => {
    const client = await connect(it);
    const text = async (path: string, body?: string) => client.text(await client.post(path, body));
    const bases = [newBase(), newBase()];
    for (const base of bases) assertEquals(await text(`${base}/xhr`), "o\n");
    const polls = bases.map((base) => text(`${base}/xhr`));
    const stream = await client.stream(`${newBase()}/xhr_streaming`, "POST");
    assertEquals(await text(`${bases[0]}/xhr_send`, '["hello"]'), "");
    assertEquals(await Promise.all(polls), ['a["hello"]\n', "h\n"]);
    await stream.until("h");
    await stream.cancel();
    // When nothing waits any more, the timeout works again.
    await assertRejects(() => client.request("/x"), TypeError);
  },
);

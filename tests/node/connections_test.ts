/** Tests of several requests on one connection. */

import { assert, assertEquals } from "@std/assert";
import type { RawRequest } from "../support/raw_http.ts";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const connections = new Programs("connections.ts");

/** A request's bytes. */
function bytesOf({ method = "GET", path, headers = {}, body = "" }: RawRequest): string {
  const length = method === "POST" ? { "Content-Length": `${body.length}` } : {};
  const fields = Object.entries({ Host: "x", ...length, ...headers });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

const post = (path: string, body = "") => bytesOf({ method: "POST", path, body });
const get = (path: string) => bytesOf({ path });
const upgrade = (path: string, method = "GET") => bytesOf({ method, path, headers: handshake });

/** Waits until all connections are closed, and gives how they were: path and code. */
const closed = (it: Program) => it.ask<string[]>("closed");

connections.test("polls, sends and pages follow each other on one connection", async (it) => {
  const connection = await it.connect("server");
  const ask = async (path: string, body = "") =>
    (await connection.exchange({ method: "POST", path: `/echo/0/following${path}`, body })).body;
  assertEquals(await ask("/xhr"), "o\n");
  for (let at = 0; at < 30; at++) {
    assertEquals(await ask("/xhr_send", `["${at}"]`), "");
    assertEquals(await ask("/xhr"), `a["${at}"]\n`);
    assertEquals((await connection.exchange({ path: "/echo" })).body, "Welcome to SockJS!\n");
    assertEquals((await connection.exchange({ path: "/x" })).status, 404);
  }
});

connections.test("requests that come at once are answered in their order", async (it) => {
  const connection = await it.connect("server");
  const base = "/echo/0/at-once";
  await connection.write([
    post(`${base}/xhr`),
    post(`${base}/xhr_send`, '["one"]'),
    bytesOf({ path: "/echo" }),
    post(`${base}/xhr`),
    bytesOf({ method: "OPTIONS", path: `${base}/xhr` }),
    post(`${base}/xhr_send`, "broken"),
    bytesOf({ path: "/x" }),
  ].join(""));
  const responses: [number, string][] = [];
  for (let at = 0; at < 7; at++) {
    const { status, body } = await connection.response();
    responses.push([status, body]);
  }
  assertEquals(responses, [
    [200, "o\n"],
    [204, ""],
    [200, "Welcome to SockJS!\n"],
    [200, 'a["one"]\n'],
    [204, ""],
    [500, "Broken JSON encoding."],
    [404, "Not found"],
  ]);
});

connections.test("what comes behind a poll that waits is answered after it", async (it) => {
  const connection = await it.connect("server");
  const base = "/echo/0/waiting";
  assertEquals((await it.post("server", `${base}/xhr`)).body, "o\n");
  await connection.write(post(`${base}/xhr`) + bytesOf({ path: "/echo" }));
  await it.post("server", `${base}/xhr_send`, '["one"]');
  assertEquals((await connection.response()).body, 'a["one"]\n');
  assertEquals((await connection.response()).body, "Welcome to SockJS!\n");
});

connections.test("all that wait on a connection are closed when it ends", async (it) => {
  const paths = ["1/eventsource", "2/htmlfile?c=x", "3/xhr_streaming"].map((end) =>
    `/counted/0/waiting-${end}`
  );
  await closed(it);
  const connection = await it.connect("server");
  await connection.write(paths.map((path) => (path.includes("xhr") ? post : get)(path)).join(""));
  await it.ask("opened", "3");
  connection.close();
  assertEquals(await closed(it), paths.map((path) => `${path} 1002`));
});

connections.test("any number may wait on a connection", async (it) => {
  await closed(it);
  const connection = await it.connect("server");
  const polls = Array.from({ length: 50 }, (_, at) => post(`/counted/0/many-${at}/xhr`)).join("");
  await connection.write(polls);
  for (let at = 0; at < 50; at++) assertEquals((await connection.response()).body, "o\n");
  // When the stream behind them is open, they wait.
  await connection.write(polls + post("/counted/0/behind/xhr_streaming"));
  await it.ask("opened", "51");
  connection.close();
  assertEquals((await closed(it)).filter((each) => each.endsWith(" 1002")).length, 51);
});

/** What may come behind a request that waits, and asks for an upgrade. */
const upgrades: Record<string, string> = {
  "a websocket": upgrade("/counted/0/1/websocket"),
  "a raw websocket": upgrade("/counted/websocket"),
  "a websocket that is switched off": upgrade("/off/0/1/websocket"),
  "a path that is unknown": upgrade("/echo/unknown"),
  "a path of nobody's": upgrade("/x"),
  "a stream": upgrade("/counted/0/2/eventsource"),
  "a poll": upgrade("/counted/0/3/xhr", "POST"),
};
for (const [what, bytes] of Object.entries(upgrades)) {
  connections.test(`an upgrade behind a waiting request ends no other connection: ${what}`, async (it) => {
    await closed(it);
    const other = await it.websocket("server", "/echo/websocket");
    for (const first of ["xhr_streaming", "eventsource"]) {
      const connection = await it.connect("server");
      const path = `/counted/0/${crypto.randomUUID()}/${first}`;
      await connection.write((first === "eventsource" ? get : post)(path) + bytes);
      await other.sendText("hello");
      assertEquals(await other.message(), "hello");
      connection.close();
    }
    await other.sendClose(1000);
    assertEquals((await other.closed()).code, 1000);
    assert((await closed(it)).length >= 1);
  });
}

connections.test("a client that waits for it is told to send the body", async (it) => {
  const base = "/echo/0/expecting";
  assertEquals((await it.post("server", `${base}/xhr`)).body, "o\n");
  const connection = await it.connect("server");
  const headers = { Expect: "100-continue", "Content-Length": "7" };
  await connection.send({ method: "POST", path: `${base}/xhr_send`, headers });
  assertEquals((await connection.head()).status, 100);
  await connection.write('["one"]');
  assertEquals((await connection.response()).status, 204);
  assertEquals((await it.post("server", `${base}/xhr`)).body, 'a["one"]\n');
});

connections.test("the function jsessionid gets a Request, whichever way it is answered", async (it) => {
  const headers = {
    Host: "example.org:81",
    Cookie: "a=1; JSESSIONID=x",
    "X-Several": "1",
    "x-several": "2",
    "X-Empty": "",
    "X-Latin": "\u00e9",
    "X-Id": "from-a-header",
  };
  const requests = [
    { method: "POST", path: "/cookie/0/asking/xhr?q=1" },
    { path: "/cookie/0/asking2/eventsource" },
  ];
  for (const { method = "GET", path } of requests) {
    const connection = await it.connect("server");
    await connection.send({ method, path, headers });
    const head = await connection.head();
    connection.close();
    assertEquals(head.all("set-cookie"), ["JSESSIONID=from-a-header; path=/"]);
    assertEquals(await it.ask("requests"), [{
      kinds: [true, true],
      method,
      url: `http://example.org:81${path}`,
      path: path.replace(/\?.*/, ""),
      // As the Web reads header values: byte by byte.
      values: ["a=1; JSESSIONID=x", "1, 2", "", "\u00c3\u00a9", null],
      has: [true, true, true, true, false],
    }]);
  }
});

/**
 * Tests of responses that Node refuses to send as they are: every request gets a response, and the
 * process stays alive.
 */

import { assert, assertEquals } from "@std/assert";
import { Http2Client } from "./http2_client.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const refusals = new Programs("refusals.ts");

const servers = ["http2", "dressed", "hono"];

const connect = async (it: Program, server: string) =>
  it.closing(new Http2Client(await it.port(server)));

for (const server of servers) {
  refusals.test(`HTTP/2, ${server}: a wrong version of websockets is refused`, async (it) => {
    const client = await connect(it, server);
    for (const path of ["/echo/websocket", "/echo/0/1/websocket", "/guarded/websocket"]) {
      const headers = { "Sec-WebSocket-Version": "12" };
      const response = await client.request(path, { headers });
      assertEquals([response.status, await client.text(response)], [
        426,
        "Not a valid websocket request",
      ]);
      assertEquals(response.headers.get("sec-websocket-version"), "13");
    }
  });

  refusals.test(`HTTP/2, ${server}: the application's response is sent without connection headers`, async (it) => {
    const client = await connect(it, server);
    const requests = [
      // Where others listen, too, they are to answer.
      ...(server === "http2" ? [client.request("/elsewhere/connection")] : []),
      client.post("/guarded/0/1/xhr?answer=connection"),
      client.post("/guarded/0/1/xhr_streaming?answer=connection"),
    ];
    for (const request of requests) {
      const response = await request;
      assertEquals([response.status, await client.text(response)], [200, "body"]);
      const names = ["x-a", "x-own", "x-hop", "upgrade", "keep-alive", "host", "te"];
      assertEquals(
        names.filter((name) => response.headers.has(name)),
        server === "dressed" ? ["x-a", "x-own"] : ["x-a"],
      );
    }
  });

  refusals.test(
    `HTTP/2, ${server}: pages, polls, sends and streams are as long as they are`,
    async (it) => {
      const client = await connect(it, server);
      const base = `/echo/0/${crypto.randomUUID()}`;
      const text = async (path: string, body?: string) =>
        client.text(await client.post(path, body));
      assertEquals(await client.text(await client.request("/echo")), "Welcome to SockJS!\n");
      assertEquals(await text(`${base}/xhr`), "o\n");
      assertEquals((await client.request(`${base}/xhr`, { method: "OPTIONS" })).status, 204);
      const stream = await client.stream(`/guarded/0/${crypto.randomUUID()}/xhr_streaming`, "POST");
      await stream.until("o\n");
      await stream.cancel();
    },
    { deno: "its HTTP/2 library ends the process when clients leave early" },
  );
}

/** Those that no response can have: a 500 in their place. */
const impossible = ["switching", "early", "none", "beyond", "control", "unspeakable"];

for (const name of impossible) {
  refusals.test(`a response that cannot be sent becomes a 500, with a line in the log: ${name}`, async (it) => {
    const client = await connect(it, "http2");
    await it.ask("logged");
    for (const path of [`/elsewhere/${name}`, `/guarded/0/1/xhr?answer=${name}`]) {
      const response = await client.request(path, { method: path[1] === "g" ? "POST" : "GET" });
      assertEquals([response.status, await client.text(response)], [500, "Internal error"]);
      assertEquals(response.headers.get("set-cookie"), null);
      const { status, body, header } = path[1] === "g"
        ? await it.post("http1", path)
        : await it.get("http1", path);
      assertEquals([status, body, header("set-cookie")], [500, "Internal error", undefined]);
    }
  });
}

refusals.test("a response whose body is not bytes is aborted, and harms no other", async (it) => {
  const client = await connect(it, "http2");
  const broken = await client.request("/elsewhere/strings")
    .then((response) => client.text(response)).catch(() => "broken");
  assertEquals(broken, "broken");
  const connection = await it.connect("http1");
  await connection.send({ path: "/elsewhere/strings" });
  assertEquals(await connection.response("GET").then(() => "whole", () => "broken"), "broken");
  assertEquals(await client.text(await client.request("/echo")), "Welcome to SockJS!\n");
});

refusals.test("a handshake without a host harms no other, whatever the application responds", async (it) => {
  const connection = await it.connect("http1");
  // Node responds to it by itself, and the application's response is left.
  await connection.write(
    "GET /guarded/websocket?answer=foreign HTTP/1.1\r\n" +
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  const { status } = await connection.response();
  assert(status === 400 || status === 500, `${status}`);
  connection.close();
  assertEquals((await it.get("http1", "/echo")).body, "Welcome to SockJS!\n");
});

refusals.test("a status that Node knows is sent as it is", async (it) => {
  const client = await connect(it, "http2");
  const response = await client.request("/elsewhere/misdirected");
  assertEquals([response.status, await client.text(response)], [421, "body"]);
  assertEquals((await it.get("http1", "/elsewhere/misdirected")).status, 421);
});

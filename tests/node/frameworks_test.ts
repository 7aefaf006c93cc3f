/** Tests of services inside frameworks, mounted as request listeners. */

import { assertEquals } from "@std/assert";
import { StockClient } from "../support/stock_client.ts";
import { handshake } from "../support/raw_websocket.ts";
import { Http2Client } from "./http2_client.ts";
import { Programs } from "./on_each_runtime.ts";

const frameworks = new Programs("frameworks.ts");

/** The stock client over each transport, and what is the framework's own. */
async function serves(address: string, own: string): Promise<void> {
  await Promise.all(
    ["websocket", "xhr-streaming", "eventsource", "xhr-polling"].map(async (transport) => {
      await using client = await StockClient.open(`${address}/echo`, [transport]);
      assertEquals(client.transport, transport);
      client.send("hello", "x".repeat(100_000));
      assertEquals((await client.receive(2)).map(({ length }) => length), [5, 100_000]);
      client.close(3000, "done");
      assertEquals((await client.closed()).code, 3000);
    }),
  );
  for (const [path, text] of [["/echo", "Welcome to SockJS!\n"], ["/", own]] as const) {
    assertEquals(await (await fetch(address + path)).text(), text);
  }
  const { websocket, ...info } = await (await fetch(`${address}/echo/info`)).json();
  assertEquals([websocket, typeof info.entropy], [true, "number"]);
  const elsewhere = await fetch(`${address}/echo/unknown`);
  assertEquals([elsewhere.status, await elsewhere.text()], [404, "Not found"]);
}

for (const name of ["express", "koa", "bare"]) {
  frameworks.test(`${name} hands on what a listener wants, and answers all else`, async (it) => {
    await serves(`http://127.0.0.1:${await it.port(name)}`, name);
    assertEquals(await it.ask("logged"), []);
  });
}

frameworks.test("Fastify serves it on each of its servers", async (it) => {
  assertEquals(await it.ask("addresses"), ["127.0.0.1", "127.0.0.2"]);
  const port = await it.ask<number>("fastify");
  for (const host of ["127.0.0.1", "127.0.0.2"]) await serves(`http://${host}:${port}`, "fastify");
  assertEquals(await it.ask("logged"), []);
});

frameworks.test("a listener serves requests of HTTP/2", async (it) => {
  using client = new Http2Client(await it.port("http2"));
  assertEquals(await client.text(await client.request("/")), "http2");
  const base = `/echo/0/${it.runtime}`;
  assertEquals(await client.text(await client.post(`${base}/xhr`)), "o\n");
  assertEquals((await client.post(`${base}/xhr_send`, '["hello"]')).status, 204);
  assertEquals(await client.text(await client.post(`${base}/xhr`)), 'a["hello"]\n');
  assertEquals(await it.ask("logged"), []);
});

frameworks.test(
  "a handshake that comes to the handler alone is refused, and a line says what to do",
  async (it) => {
    const info = JSON.parse((await it.get("bridge", "/echo/info")).body);
    assertEquals(info.websocket, false);
    for (const path of ["/echo/websocket", "/echo/0/1/websocket"]) {
      // What is none is its client's own fault.
      assertEquals((await it.get("bridge", path)).status, 400);
      if (path === "/echo/websocket") assertEquals(await it.ask("logged"), []);
      const { status, body } = await it.request("bridge", { path, headers: { ...handshake } });
      assertEquals([status, body], [400, "Not a valid websocket request"]);
    }
    const logged = await it.ask<string[]>("logged");
    assertEquals([logged.length, logged[0]?.includes("installHandlers")], [1, true]);
  },
  { deno: "its handler is for Deno.serve", bun: "its handler is for Bun.serve" },
);

frameworks.test("a handshake that comes to a request listener alone is refused, and a line says what to do", async (it) => {
  for (const path of ["/echo/websocket", "/echo/0/1/websocket"]) {
    const { status, body } = await it.request("unaided", { path, headers: { ...handshake } });
    assertEquals([status, body], [400, "Not a valid websocket request"]);
  }
  const logged = await it.ask<string[]>("logged");
  assertEquals([logged.length, logged[0]?.includes("installHandlers")], [1, true]);
});

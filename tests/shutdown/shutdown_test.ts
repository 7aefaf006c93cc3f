/** Tests of `server.drain()` and `server.close()` in a process that has nothing else to do. */

import { assertEquals } from "@std/assert";
import { jsonp, streams, xhr } from "../support/receiving_transports.ts";
import { handshake } from "../support/raw_websocket.ts";
import { StockClient } from "../support/stock_client.ts";
import { TestServer } from "../support/test_server.ts";
import { type HostName, presentHosts, startServer } from "../support/hosts.ts";

const hosts: readonly HostName[] = [
  "deno",
  "bun",
  "node20",
  "node22",
  "node24",
  "deno-node",
  "bun-node",
];
const program = new URL("./program.ts", import.meta.url);
const bye = `a["bye"]`;
const closing = `c[1001,"Server is shutting down"]`;

for (const host of hosts) {
  Deno.test({
    name: `${host}: all clients get the close frame, no others come, and the process ends`,
    ignore: !presentHosts.has(host),
    fn: async () => {
      await using process = await startServer(host, program);
      using server = new TestServer(host, process);
      const streaming = await Promise.all(streams.map((it) => server.http("/echo").open(it)));
      const polls = await Promise.all([xhr, jsonp].map(async (transport) => {
        const session = server.http("/echo");
        return { session, transport, waiting: await session.attached(transport) };
      }));
      const idle = await server.xhr("/echo").open();
      const socket = await server.websocketSession("/echo");
      const raw = await server.websocket("/echo/websocket");
      const deaf = await server.websocketSession("/echo");
      await server.roundTrip();

      await socket.sendText(`"close"`);
      for (const stream of streaming) {
        assertEquals(await stream.frame(), bye);
        assertEquals(await stream.frame(), closing);
        assertEquals(await stream.next(), undefined);
      }
      for (const { session, transport, waiting } of polls) {
        assertEquals(await waiting.frame(), bye);
        assertEquals(await (await session.ask(transport)).frame(), closing);
      }
      assertEquals(await idle.poll(), `${bye}\n`);

      const responses = [
        await server.get("/echo/info"),
        await server.post(`/echo/000/${server.newId()}/xhr`),
        await server.post(`/echo/000/${server.newId()}/xhr_streaming`),
        await server.get(`/echo/000/${server.newId()}/jsonp?c=x`),
        await server.get(`/echo/000/${server.newId()}/websocket`, handshake),
        await server.get("/echo/websocket", handshake),
      ];
      for (const { status, body } of responses) {
        assertEquals([status, body], [503, "Server is shutting down"]);
      }
      assertEquals((await server.get("/echo")).status, 200);

      assertEquals(await idle.poll(), `${closing}\n`);
      assertEquals([await socket.message(), await socket.message()], [bye, closing]);
      assertEquals(await socket.closed(), { code: 1001, reason: "Server is shutting down" });
      assertEquals(await raw.message(), "bye");
      assertEquals(await raw.closed(), { code: 1001, reason: "Server is shutting down" });
      deaf.abort();

      assertEquals((await server.get("/closed")).body, "closed");
      const { code, stderr, stdout } = await process.ended();
      assertEquals([code, stderr, stdout], [0, "", `http://127.0.0.1:${process.port}\n`]);
    },
  });
  Deno.test({
    name: `${host}: a draining server answers info with 503, and all other requests as before`,
    ignore: !presentHosts.has(host),
    fn: async () => {
      await using process = await startServer(host, program);
      using server = new TestServer(host, process);
      const old = await server.websocketSession("/echo");
      assertEquals((await server.get("/echo/info")).status, 200);
      await old.sendText(`"drain"`);
      await old.sendText(`"still here"`);
      assertEquals(await old.message(), `a["still here"]`);

      const info = await server.get("/echo/info", { Origin: "http://page" });
      assertEquals([info.status, info.body], [503, "Server is draining"]);
      assertEquals(info.header("access-control-allow-origin"), "http://page");
      assertEquals((await server.get("/echo")).status, 200);
      assertEquals((await server.get("/echo/iframe.html")).status, 200);

      const fresh = await server.websocketSession("/echo");
      await fresh.sendText(`"new"`);
      assertEquals(await fresh.message(), `a["new"]`);
      for (const transport of [...streams, xhr, jsonp]) {
        const session = server.http("/echo");
        const first = await session.open(transport);
        await session.send("new");
        const receiving = streams.includes(transport) ? first : await session.ask(transport);
        assertEquals(await receiving.frame(), `a["new"]`);
      }
      // A client that asks for info gives up: the balancer must notice before it.
      await using client = new StockClient(`${process.address}/echo`);
      assertEquals(await client.closed(), {
        code: 1002,
        reason: "Cannot connect to server",
        wasClean: false,
      });
    },
  });
}

/** Section 5: responses that wait longer than a runtime keeps idle connections open. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { receivingTransports, xhr, xhrStreaming } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

/** Waits by the server's own clock, in s. */
async function ticks(server: TestServer, count: number): Promise<void> {
  const ticker = await server.websocketSession("/ticker");
  for (let ticked = 0; ticked < count; ticked++) {
    assertEquals(await ticker.message(), `a["tick!"]`);
  }
}

/** Longer than the idle time-out, shorter than one that still expects a silence; in ms. */
const idleTimeLimit = 25_000;

const skip = { deno: "leaves idle connections open" };

for (const transport of receivingTransports) {
  const { name } = transport;
  fact(
    "5",
    `${name}: an answer outlives 13 s of silence and brings what comes then`,
    async (server) => {
      const session = server.http("/echo");
      const waiting = await session.attached(transport);
      await ticks(server, 13);
      await session.send("x");
      assertEquals(await waiting.frame(), `a["x"]`);
      assertEquals((await server.opened(session.id)).length, 1);
    },
    { waits: true },
  );
}

fact("5", "unless told, a session that nobody asks for lives 5 s", async (server) => {
  const session = await server.xhr("/echo").open();
  await ticks(server, 4);
  assertEquals(await server.closed(session.id, 0), []);
  const [close] = await server.closed(session.id);
  assertEquals(close?.code, 1006);
}, { waits: true });

fact("5", "the connection of a poll that had to wait is closed when it is idle", async (server) => {
  const session = server.http("/echo");
  const waiting = await session.attached(xhr);
  await session.send("x");
  assertEquals(await waiting.frame(), `a["x"]`);
  assertEquals((await waiting.connection.reader.toEnd(idleTimeLimit)).length, 0);
}, { skip, waits: true });

fact("5", "the connection of a stream that is over is closed when it is idle", async (server) => {
  const session = server.http("/echo");
  const stream = await session.open(xhrStreaming);
  await session.send("x".repeat(4096));
  await stream.frame();
  assertEquals(await stream.next(), undefined);
  assertEquals((await stream.connection.reader.toEnd(idleTimeLimit)).length, 0);
}, { skip, waits: true });

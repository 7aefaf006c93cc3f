/** Section 5: clients that read long responses slowly, or not at all. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { Receiving } from "../../support/receiving.ts";
import {
  polls,
  type ReceivingTransport,
  xhr,
  xhrStreaming,
} from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

/** Sends the number of letters that is asked for; its delays are shorter than reading them takes. */
const service = "/long_answers";
/** More than systems keep for a connection, bytes. */
const size = 32 * 1024 * 1024;
/** What a client takes at a time, bytes, but for what may be in the systems' hands in the end. */
const gulp = 1024 * 1024;
const rest = 12 * gulp;
const printsCuts = "prints a line for each client that is cut off";
const letter = "x".charCodeAt(0);

/** Takes a response gulp by gulp, each at a heartbeat of another session's: every 100 ms. */
async function takeSlowly(server: TestServer, { connection }: Receiving): Promise<void> {
  const clock = await server.websocketSession("/heartbeat");
  for (let taken = 0; taken < size;) {
    if (taken < size - rest) await clock.message();
    for (let left = Math.min(gulp, size - taken); left > 0;) {
      const bytes = await connection.reader.exactly(Math.min(left, 32 * 1024));
      if (bytes === undefined) throw new Error(`The answer broke off after ${taken}`);
      left -= bytes.length;
      for (const byte of bytes) if (byte === letter) taken++;
    }
  }
  clock.abort();
}

/** Opens a session, and has a receiver of it. */
async function attach(server: TestServer, transport: ReceivingTransport) {
  const session = server.http(service);
  return { session, receiving: await session.attached(transport) };
}

for (const transport of [xhrStreaming, xhr]) {
  const { name } = transport;

  fact(
    "5",
    `${name}: a client that reads a long response slowly gets all of it, and stays connected`,
    async (server) => {
      const { session, receiving } = await attach(server, transport);
      await session.send(`${size}`);
      await takeSlowly(server, receiving);
      receiving.abort();
      await session.send("3");
      assertEquals(await (await session.ask(transport)).frame(), `a["xxx"]`);
      assertEquals((await server.opened(session.id)).length, 1);
      assertEquals(await server.closed(session.id, 0), []);
    },
  );

  fact(
    "5",
    `${name}: a client that reads a long response slowly gets the close after it`,
    async (server) => {
      const { session, receiving } = await attach(server, transport);
      await session.send(`${size}`, "close");
      await takeSlowly(server, receiving);
      receiving.abort();
      assertEquals(await (await session.ask(transport)).frame(), `c[3000,"Go away!"]`);
    },
  );

  fact(
    "5",
    `${name}: a client that reads nothing of a long response is disconnected`,
    async (server) => {
      const { session } = await attach(server, transport);
      await session.send(`${size}`);
      const [close] = await server.closed(session.id);
      assertEquals(close?.wasClean, false);
    },
    { waits: true, skip: { "deno": printsCuts, "node-hono": printsCuts } },
  );
}

for (const transport of polls) {
  const { name } = transport;
  fact("5", `${name}: a long response that is aborted ends its session at once`, async (server) => {
    const { session, receiving } = await attach(server, transport);
    await session.send(`${size}`);
    await receiving.connection.reader.exactly(gulp);
    receiving.abort();
    assertEquals(await server.closed(session.id), [
      { code: 1002, reason: "Connection interrupted", wasClean: false },
    ]);
    const next = await session.ask(transport);
    assertEquals(await next.frame(), `c[1002,"Connection interrupted"]`);
  });
}

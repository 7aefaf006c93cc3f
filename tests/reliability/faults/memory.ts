/** The memory that clients leave behind in a server. */

import { assert, assertEquals } from "@std/assert";
import { inParallel } from "../../support/crowd.ts";
import { receivingTransports, xhrStreaming } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";
import { fault } from "../fault.ts";
import { memoryOf, reportsMemory } from "../../support/memory.ts";

const MB = 1e6;
const long = "x".repeat(12_000);

/** How many bytes more a server has in use, and in memory, after something. */
async function growth(server: TestServer, something: () => Promise<void>) {
  const resident = async () => reportsMemory ? await memoryOf(server.pid, "now") : 0;
  const [heap, memory] = [await server.heap(), await resident()];
  await something();
  return { heap: await server.heap() - heap, memory: await resident() - memory };
}

/** Sends that wait for a response, and are given up, in bundles. */
async function abandonSends(server: TestServer, base: string, count: number): Promise<void> {
  const send = { method: "POST", path: `${base}/xhr_send`, body: `[""]`, headers: { "X-A": long } };
  for (let sent = 0; sent < count; sent += 50) {
    const connections = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
    await Promise.all(connections.map((connection) => connection.send(send)));
    // By then they have arrived.
    await server.roundTrip();
    for (const connection of connections) connection.close();
  }
}

fault("6", "aborted sends to a paused session leave nothing in memory", async (server) => {
  const session = server.http("/pausing");
  const stream = await session.attached(xhrStreaming);
  await session.send("pause");
  await session.send("x".repeat(60_000));
  // The first of them warm up.
  await abandonSends(server, session.base, 200);
  const { heap, memory } = await growth(
    server,
    () => abandonSends(server, session.base, 2000),
  );
  assert(heap < 6 * MB && memory < 60 * MB, `${heap / MB} MB in use, ${memory / MB} in memory`);
  stream.connection.close();
});

const polls = "between two polls, for five seconds at most, it keeps that of the last";

for (const transport of receivingTransports) {
  const skip = transport.prelude === undefined
    ? { deno: polls, bun: polls }
    : { deno: "keeps a request's head by itself, as long as its answer is under way" };
  fault(
    "5",
    `${transport.name}: a session does not keep the head of its request`,
    async (server) => {
      const open = async (count: number) => {
        await inParallel(count, async () => {
          const { base } = server.http("/echo");
          const connection = await server.connect();
          const { method, path } = transport;
          await connection.send({ method, path: `${base}/${path}`, headers: { "X-A": long } });
          assertEquals((await connection.head()).status, 200);
        });
      };
      await open(200);
      const { heap, memory } = await growth(server, () => open(1000));
      // Bun counts what was in use when a request came.
      const each = (server.host === "bun" ? memory : heap) / 1000;
      assert(each < long.length, `${each} bytes for each are in use`);
    },
    { skip },
  );
}

/** Clients that disappear without closing their connection. */

import { assert, assertEquals } from "@std/assert";
import { fault } from "../fault.ts";
import { inParallel } from "../../support/crowd.ts";
import { isQuiet, openSockets } from "../../support/leftovers.ts";
import { HttpConnection } from "../../support/raw_http.ts";
import { RawWebSocket } from "../../support/raw_websocket.ts";
import { streams } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

const crowd = 1000;
/** Has room for no more, and short delays. */
const service = "/crowded";

/** Opens a session over one of the transports, whose connection stays. */
async function open(server: TestServer, at: number): Promise<HttpConnection> {
  const { base } = server.xhr(service);
  const connection = await HttpConnection.open(server.port);
  const transport = streams[at % 5];
  if (transport === undefined) {
    const path = at % 5 === 3 ? `${base}/websocket` : `${service}/websocket`;
    void answerPings(await RawWebSocket.open(connection, path));
  } else {
    await connection.send({ method: transport.method, path: `${base}/${transport.path}` });
    assertEquals((await connection.head()).status, 200);
  }
  return connection;
}

/** Reads until the connection is gone: on a busy machine, opening all takes longer than a ping may. */
async function answerPings(socket: RawWebSocket): Promise<void> {
  try {
    while ((await socket.next()).type !== "close");
  } catch {
    // It is gone.
  }
}

fault("5", "a thousand clients that vanish at once leave nothing behind", async (server) => {
  const before = await openSockets(server);
  const memories: number[] = [];
  for (let round = 0; round < 3; round++) {
    const connections: HttpConnection[] = [];
    try {
      await inParallel(crowd, async (at) => {
        connections.push(await open(server, at));
      });
      assertEquals(await server.connections(service), crowd);
    } finally {
      for (const connection of connections) connection.close();
    }
    await isQuiet(server, service, before);
    // Those who linger take up room for the next. And Deno keeps what belongs to a broken websocket until it would have pinged its peer.
    await server.disconnectDelays(6);
    memories.push(await server.heap());
  }
  // Each takes some kilobytes, the tests' own notes about half of one; the first round warms up.
  const [, warm = 0, last = 0] = memories;
  assert(last < warm + crowd * 1000, `the heap grew: ${memories.join(", ")} bytes`);
});

fault(
  "5",
  "half-closed clients that answer no ping leave nothing behind",
  async (server) => {
    const before = await openSockets(server);
    const connections = await Promise.all(Array.from({ length: 200 }, async (_, at) => {
      const connection = await HttpConnection.open(server.port);
      const { base } = server.xhr(service);
      await RawWebSocket.open(connection, at % 2 === 0 ? `${base}/websocket` : "/pinged/websocket");
      return connection;
    }));
    // Twice as long as they have to answer.
    await server.disconnectDelays(11);
    assertEquals(await server.connections(service), 0);
    for (const connection of connections) connection.close();
    await isQuiet(server, service, before);
  },
);

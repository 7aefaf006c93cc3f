/** Tests of servers that write a hundred megabytes to clients that do not read. */

import { assert } from "@std/assert";
import { fault } from "./fault.ts";
import { receivingTransports } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { forgetPeak, memoryOf, reportsMemory } from "../support/memory.ts";

const MB = 1e6;
/** The default of `maxBufferedBytes`, and what a process may need besides. */
const allowed = 16 * 1024 * 1024 + 30 * MB;

/** Opens a session whose client reads no more, and gives what sends to it. */
async function open(server: TestServer, transport: string): Promise<(text: string) => unknown> {
  const id = server.newId();
  if (transport === "raw") {
    const socket = await server.websocket(`/flood/websocket?id=${id}`);
    return (text) => socket.sendText(text);
  }
  if (transport === "websocket") {
    const socket = await server.websocketSession("/flood", id);
    return (text) => socket.sendText(JSON.stringify(text));
  }
  const session = server.http("/flood", id);
  await session.attached(receivingTransports.find(({ name }) => name === transport)!);
  return (text) => session.send(text);
}

/** Has a session be flooded; comes back when that is over. */
async function flood(server: TestServer, transport: string, manner: string): Promise<void> {
  const watcher = await server.xhr("/flood").open();
  await watcher.send("watch");
  const send = await open(server, transport);
  await send(manner);
  assert(await watcher.poll() === `a["flooded"]\n`);
}

/** Bytes that a server's process takes at most in memory meanwhile, besides what it has. */
async function growth(server: TestServer, during: () => Promise<void>): Promise<number> {
  // What others have left to be collected is not to count.
  await server.heap();
  const before = await memoryOf(server.pid, "now");
  await forgetPeak(server.pid);
  await during();
  return await memoryOf(server.pid, "peak") - before;
}

for (const transport of ["websocket", "raw", ...receivingTransports.map(({ name }) => name)]) {
  for (const manner of ["at once", "in turns"]) {
    fault(
      "7",
      `${transport}: 100 MB written ${manner} to a client that reads nothing take little memory`,
      async (server) => {
        if (!reportsMemory) return await flood(server, transport, manner);
        let more = Infinity;
        // A runtime may collect its garbage late, but not each time.
        for (let tries = 0; tries < 3 && more > allowed; tries++) {
          more = await growth(server, () => flood(server, transport, manner));
        }
        assert(more <= allowed, `${more / MB} MB more are in memory`);
      },
    );
  }
}

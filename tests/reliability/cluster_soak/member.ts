/**
 * A member of the cluster under soak. `/counts` returns its counters, `/collected` the same after
 * garbage collection.
 *
 * @module
 */

// Before all that sets timers.
import { timerCount } from "./timers.ts";
import process from "node:process";
import { readOptions } from "../../../examples/command_line.ts";
import { endGracefully } from "../../../examples/end_on_signals.ts";
import { addressOf, serveFetch, servesFetch } from "../../../examples/serve.ts";
import { serveNode } from "../../../examples/serve_node.ts";
import { createServer } from "../../../mod.ts";
import { localBus } from "../../../src/adapters/cluster.ts";
import { openEngineBus } from "../../support/engine_bus.ts";
import { collectGarbage } from "../soak/garbage.ts";
import { Stalls } from "../soak/stalls.ts";
import { Application, type Counts, options } from "./application.ts";

const given = readOptions({
  port: "NUMBER",
  folder: "PATH",
  engine: "URL",
  name: "TEXT",
  peer: "MILLISECONDS",
});
const peerTimeout = Number(given.peer);
// What it reports of members that are frozen is no fault.
const log = (message: string) => console.log(message);
const bus = given.engine === undefined
  ? localBus({ name: "soak", folder: given.folder ?? "", peerTimeout, log })
  : await openEngineBus(given.engine, { log });

let published = 0;
/** As other members know it. */
let own = "";
const publish = bus.publish.bind(bus);
bus.publish = (channel, payload) => {
  // Servers publish their own name to themselves, for as long as they live.
  if (channel.endsWith(payload)) own = payload;
  else published++;
  return publish(channel, payload);
};

const application = new Application(given.name ?? "");
const stalls = new Stalls();
const server = createServer({
  ...options,
  cluster: { bus, name: "soak", sessions: true, peerTimeout, answerTimeout: peerTimeout / 2 },
  fallback: async ({ url }) => {
    if (url.endsWith("/collected")) await collectGarbage();
    else if (!url.endsWith("/counts")) return new Response(null, { status: 404 });
    const counts: Counts = {
      server: own,
      connections: server.connections.size,
      open: application.open,
      held: application.held,
      timers: timerCount(),
      published,
      heap: process.memoryUsage().heapUsed,
      stall: stalls.take(),
      ended: application.takeEnded(),
    };
    return Response.json(counts);
  },
});
server.on("connection", application.serve);

const { port, stop } = servesFetch
  ? await serveFetch(0, server.handler, server.websocket)
  : await serveNode(0, [server]);
const service = {
  drain: () => server.drain(),
  async close(): Promise<void> {
    await server.close({ timeout: 2000 });
    await bus.close();
  },
};
endGracefully([service], stop);
console.log(addressOf(port));

/**
 * The server program under soak. `/counts` returns its counters, `/collected` the same after
 * garbage collection.
 *
 * @module
 */

import process from "node:process";
import { serve } from "../../../examples/serve.ts";
import { createServer } from "../../../mod.ts";
import { collectGarbage } from "./garbage.ts";
import { type Counts, options, Service } from "./service.ts";
import { Stalls } from "./stalls.ts";

const service = new Service();
const stalls = new Stalls();
const server = createServer({
  ...options,
  fallback: async ({ url }) => {
    if (url.endsWith("/collected")) await collectGarbage();
    else if (!url.endsWith("/counts")) return new Response(null, { status: 404 });
    const { rss, heapUsed } = process.memoryUsage();
    const counts: Counts = {
      ...service.counts,
      connections: server.connections.size,
      rss,
      heap: heapUsed,
      stall: stalls.take(),
      ended: service.takeEnded(),
    };
    return Response.json(counts);
  },
});
server.on("connection", service.serve);
console.log(await serve(server));

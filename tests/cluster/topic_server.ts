/**
 * A process with several servers in clusters, whose clients say what they do with topics.
 *
 * @module
 */

import { readOptions } from "../../examples/command_line.ts";
import { serveFetch, servesFetch } from "../../examples/serve.ts";
import { serveNode } from "../../examples/serve_node.ts";
import { createServer, type Server } from "../../mod.ts";
import { type Bus, localBus } from "../../src/adapters/cluster.ts";
import { obeyTopics } from "../support/topic_commands.ts";
import { WatchedBus } from "./watched_bus.ts";

const { folder = "", settings = "{}" } = readOptions({
  port: "NUMBER",
  folder: "PATH",
  settings: "JSON",
});
const open = () => new WatchedBus(localBus({ ...JSON.parse(settings), name: "topics", folder }));
const [bus, another] = [open(), open()];
const servers: Server[] = [];
const gaps: Record<string, number> = {};

/** A server that obeys its clients, and counts its gaps. */
function add(prefix: string, bus: Bus | undefined, name = "one"): void {
  const next = servers.length + 1;
  const server = createServer({
    prefix,
    heartbeatDelay: 600_000,
    maxMessageSize: 16 * 1024 * 1024,
    ...(bus !== undefined && { cluster: { bus, name } }),
    fallback: (request, info) => servers[next]?.handler(request, info) ?? control(request),
  });
  server.on("connection", obeyTopics(server));
  gaps[prefix] = 0;
  server.on("gap", () => gaps[prefix]!++);
  servers.push(server);
}

async function control(request: Request): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case "/gaps":
      return Response.json(Object.values(gaps));
    case "/settled":
      await Promise.all([bus.settled(), another.settled()]);
      return Response.json(null);
    // How many processes a message reaches, as far as this one knows.
    case "/reach":
      return Response.json(await bus.publish("reach", ""));
    default:
      return new Response(null, { status: 404 });
  }
}

// Two with one bus, one with a bus of its own, and one of another cluster.
add("/one", bus);
add("/same_bus", bus);
add("/own_bus", another);
add("/other", bus, "another");
add("/alone", undefined);
await bus.subscribe("reach", () => {});

const [first] = servers;
const { port } = servesFetch
  ? await serveFetch(0, first!.handler, first!.websocket)
  : await serveNode(0, servers);
console.log(`http://127.0.0.1:${port}`);

/**
 * Serves the test services in the way that the arguments select.
 *
 * @module
 */

import { chosenPort, fail, readOptions } from "../command_line.ts";
import { type Listening, serveAt, serveFetch, servesFetch } from "../serve.ts";
import type { Services } from "./services.ts";

/** What the arguments say. */
export interface Arguments {
  /** 0 takes any that is free. */
  port: number;
  /**
   * `fetch`: the runtime's own server, where it has one for fetch handlers.
   * `node`: a server of `node:http`. `hono`: an application of Hono's.
   */
  via: "fetch" | "node" | "hono";
}

/** Listens, and resolves with the address. SIGINT and SIGTERM end the process at once. */
export function serve({ port, via }: Arguments, services: Services): Promise<string> {
  return serveAt(port, (port) => listen(via, port, services));
}

async function listen(
  via: Arguments["via"],
  port: number,
  services: Services,
): Promise<Listening> {
  // What a way of serving needs, it alone loads.
  if (via === "node") {
    return await (await import("../serve_node.ts")).serveNode(port, services.servers);
  }
  if (via === "hono") return await (await import("./serve_hono.ts")).serveHono(port, services);
  return await serveFetch(port, services.handler, services.first.websocket);
}

/** The ways that this runtime has. */
const ways: readonly Arguments["via"][] = [
  ...servesFetch ? ["fetch" as const] : [],
  "node",
  "hono",
];

/** Reads `--port` and `--via`, each of which may be absent. */
export function readArguments(portByDefault: number): Arguments {
  const given = readOptions({ port: "NUMBER", via: ways.join("|") });
  const via = given.via === undefined ? ways[0] : ways.find((way) => way === given.via);
  if (via === undefined) fail(`--via takes ${ways.join(" or ")}, not "${given.via}"`);
  return { port: chosenPort(given.port) ?? portByDefault, via };
}

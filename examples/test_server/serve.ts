/**
 * Serves the test services in the way that the arguments select.
 *
 * @module
 */

import process from "node:process";
import { addressOf, endOnSignals, serveFetch, servesFetch } from "../serve.ts";
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

/** Listens, and resolves with the address. SIGINT and SIGTERM end the process. */
export async function serve({ port, via }: Arguments, services: Services): Promise<string> {
  endOnSignals();
  return addressOf(await listen(via, port, services));
}

async function listen(via: Arguments["via"], port: number, services: Services): Promise<number> {
  // What a way of serving needs, it alone loads.
  if (via === "node") {
    return await (await import("../serve_node.ts")).serveNode(port, services.servers);
  }
  if (via === "hono") return await (await import("./serve_hono.ts")).serveHono(port, services);
  return await serveFetch(port, services.handler, services.first.websocket);
}

/** Reads `--port N` and `--via fetch|node|hono`, each of which may be absent. */
export function readArguments(portByDefault: number): Arguments {
  const args: Arguments = { port: portByDefault, via: servesFetch ? "fetch" : "node" };
  const given = process.argv.slice(2);
  for (let at = 0; at < given.length; at += 2) {
    const [name, value = ""] = given.slice(at, at + 2);
    if (name === "--port" && /^[0-9]{1,5}$/.test(value) && Number(value) < 65536) {
      args.port = Number(value);
    } else if (name === "--via" && (value === "fetch" || value === "node" || value === "hono")) {
      args.via = value;
    } else {
      throw new Error(
        `Cannot start: known are --port N and --via fetch|node|hono, given is "${given.join(" ")}"`,
      );
    }
  }
  return args;
}

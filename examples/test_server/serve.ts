/**
 * Serves services, in whichever way the arguments say.
 *
 * @module
 */

import process from "node:process";
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

/** A fetch handler. */
export type Handler = (request: Request, info?: unknown) => Response | Promise<Response>;

/** What we use of Deno. */
interface DenoServes {
  serve(
    options: {
      hostname: string;
      port: number;
      onListen: (address: { port: number }) => void;
    },
    handler: Handler,
  ): unknown;
}

/** What we use of Bun. */
interface BunServes {
  serve(options: { hostname: string; port: number; fetch: Handler; websocket: unknown }): {
    port: number;
  };
}

/** All servers listen here. */
export const hostname = "127.0.0.1";

const { Deno, Bun } = globalThis as unknown as {
  Deno?: DenoServes;
  Bun?: BunServes;
};

/** Listens, and resolves with the address. SIGINT and SIGTERM end the process. */
export async function serve({ port, via }: Arguments, services: Services): Promise<string> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => process.exit(0));
  }
  return `http://${hostname}:${await listen(via, port, services)}`;
}

async function listen(via: Arguments["via"], port: number, services: Services): Promise<number> {
  // What a way of serving needs, it alone loads.
  if (via === "node") return await (await import("./serve_node.ts")).serveNode(port, services);
  if (via === "hono") return await (await import("./serve_hono.ts")).serveHono(port, services);
  return await serveFetch(port, services.handler, services.first.websocket);
}

/** Serves by what Deno and Bun have for fetch handlers. */
export async function serveFetch(
  port: number,
  handler: Handler,
  websocket: unknown,
): Promise<number> {
  if (Deno !== undefined) {
    return await new Promise((resolve) => {
      const onListen = (address: { port: number }) => resolve(address.port);
      Deno.serve({ hostname, port, onListen }, handler);
    });
  }
  if (Bun !== undefined) {
    return Bun.serve({ hostname, port, fetch: handler, websocket }).port;
  }
  throw new Error("Cannot serve: this runtime has no server for fetch handlers");
}

/** Reads `--port N` and `--via fetch|node|hono`, each of which may be absent. */
export function readArguments(portByDefault: number): Arguments {
  const isNode = Deno === undefined && Bun === undefined;
  const args: Arguments = { port: portByDefault, via: isNode ? "node" : "fetch" };
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

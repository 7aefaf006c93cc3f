/**
 * Serves an example on the current runtime.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import type { Server } from "../mod.ts";

/** A fetch handler. */
export type Handler = (request: Request, info?: unknown) => Response | Promise<Response>;

/** What we use of Deno. */
export interface DenoServes {
  serve(
    options: {
      hostname: string;
      port: number;
      onListen: (address: { port: number }) => void;
    },
    handler: Handler,
  ): { finished: Promise<void> };
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

/** Whether the runtime has a server for fetch handlers. */
export const servesFetch = Deno !== undefined || Bun !== undefined;

/**
 * Listens, and resolves with the address; the server's `fallback` answers what
 * is not SockJS. SIGINT and SIGTERM end the process.
 */
export function serve<Context>(server: Server<Context>): Promise<string> {
  return serveBy(async (port) => {
    if (servesFetch) return await serveFetch(port, server.handler, server.websocket);
    const { serveNode } = await import("./serve_node.ts");
    return await serveNode(port, [server]);
  });
}

/**
 * Listens in a way of one's own: `listen` takes a port, of which 0 is any that is
 * free, and gives the one that it got. The port is what `--port` or the environment's
 * `PORT` say; without them it is 8080, or a free one when that is taken.
 */
export async function serveBy(listen: (port: number) => Promise<number>): Promise<string> {
  endOnSignals();
  const { port } = parseArgs({ options: { port: { type: "string" } } }).values;
  const wanted = port ?? process.env["PORT"];
  if (wanted !== undefined) {
    if (/^[0-9]{1,5}$/.test(wanted)) return addressOf(await listen(Number(wanted)));
    throw new Error(`Cannot serve: the port must be a number, and is ${wanted}`);
  }
  try {
    return addressOf(await listen(8080));
  } catch {
    console.error("Port 8080 is taken: this is on a free one.");
    return addressOf(await listen(0));
  }
}

/** Serves by what Deno and Bun have for fetch handlers. */
export async function serveFetch(
  port: number,
  handler: Handler,
  websocket: unknown,
): Promise<number> {
  if (Deno !== undefined) return await serveOnDeno(Deno, port, handler);
  if (Bun !== undefined) {
    return Bun.serve({ hostname, port, fetch: handler, websocket }).port;
  }
  throw new Error("Cannot serve: this runtime has no server for fetch handlers");
}

/**
 * Serves, and serves again when Deno gives up, which it does when it is out of file descriptors.
 * Open connections and sessions live on meanwhile.
 */
export function serveOnDeno(deno: DenoServes, port: number, handler: Handler): Promise<number> {
  return new Promise((resolve, reject) => {
    let hasListened = false;
    const onListen = (address: { port: number }) => {
      hasListened = true;
      port = address.port;
      resolve(port);
    };
    const serve = async () => {
      try {
        await deno.serve({ hostname, port, onListen }, handler).finished;
      } catch (error) {
        if (!hasListened) return reject(error);
        console.error(error);
        setTimeout(serve, 1000);
      }
    };
    serve();
  });
}

/** Ends the process when it is asked to. */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => process.exit(0));
  }
}

/** Where a browser finds what listens on a port. */
export function addressOf(port: number): string {
  return `http://${hostname}:${port}`;
}

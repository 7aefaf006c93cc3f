/**
 * Serves an example on the current runtime.
 *
 * @module
 */

import process from "node:process";
import type { Server } from "../mod.ts";
import { chosenPort, fail, readOptions } from "./command_line.ts";
import { endGracefully, endOnSignals, type Service } from "./end_on_signals.ts";

/** A fetch handler. */
export type Handler = (request: Request, info?: unknown) => Response | Promise<Response>;

/** What we use of Deno. */
export interface DenoServes {
  serve(
    options: {
      hostname: string;
      port: number;
      reusePort: boolean;
      onListen: (address: { port: number }) => void;
    },
    handler: Handler,
  ): { finished: Promise<void>; shutdown(): Promise<void> };
}

/** What we use of Bun. */
interface BunServes {
  serve(
    options: {
      hostname: string;
      port: number;
      reusePort: boolean;
      fetch: Handler;
      websocket: unknown;
    },
  ): {
    port: number;
    stop(): Promise<void>;
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
 * Listens, and resolves with the address; the server's `fallback` answers what is not SockJS. The
 * port is what `--port` or the environment's `PORT` say; without them it is 8080, or a free one
 * where that is taken. SIGINT ends the process, and SIGTERM drains the server first.
 */
export function serve<Context>(server: Server<Context>): Promise<string> {
  return serveBy([server], async (port) => {
    if (servesFetch) return await serveFetch(port, server.handler, server.websocket);
    const { serveNode } = await import("./serve_node.ts");
    return await serveNode(port, [server]);
  });
}

/** An HTTP server that listens. */
export interface Listening {
  readonly port: number;
  /** Accepts no more, and resolves when all responses are complete. */
  stop(): Promise<unknown>;
}

/** Listens on a port, of which 0 is any that is free. */
export type Listen = (port: number) => Promise<Listening>;

/** Where examples listen without `--port` and `PORT`. */
const usualPort = 8080;

/** Does what `serve` does for services, by the caller's function. */
export async function serveBy(services: readonly Service[], listen: Listen): Promise<string> {
  const chosen = chosenPort(readOptions({ port: "NUMBER" }).port);
  const { port, stop } = await listenOn(chosen ?? usualPort, async (port) => {
    try {
      return await listen(port);
    } catch (error) {
      if (chosen !== undefined || !isTaken(error)) throw error;
      console.error(`Port ${port} is taken, so a free one was chosen.`);
      return await listen(0);
    }
  });
  endGracefully(services, stop);
  return addressOf(port);
}

/** Does what `serve` does on one port. SIGINT and SIGTERM end the process at once. */
export async function serveAt(port: number, listen: Listen): Promise<string> {
  endOnSignals();
  return addressOf((await listenOn(port, listen)).port);
}

/** Listens. If the port cannot be used, the process ends. */
async function listenOn(port: number, listen: Listen): Promise<Listening> {
  try {
    return await listen(port);
  } catch (error) {
    if (isTaken(error)) return fail(`port ${port} is taken; choose another one with --port`);
    const { code, message } = error as { code?: unknown; message: string };
    // Any error but one of the system, such as EACCES, is a bug: it keeps its stack.
    if (!/^E[A-Z]+$/.test(String(code))) throw error;
    return fail(`port ${port} cannot be used: ${message}`);
  }
}

/** Whether the port belongs to another process. */
function isTaken(error: unknown): boolean {
  return (error as { code?: unknown }).code === "EADDRINUSE";
}

/**
 * Tells the person at the terminal what runs, where to find it, and how to stop it. The address
 * has a line of its own: tests and other programs look for it.
 *
 * @param what the beginning of a sentence, such as "A chat room"
 */
export function announce(what: string, address: string): void {
  const { bun, deno, node } = process.versions;
  const runtime = deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${node}`;
  console.log(
    [
      `${what}, on ${runtime}.`,
      "Open this address in a browser:",
      address,
      "Press Ctrl-C to stop.",
    ].join("\n"),
  );
}

/**
 * Serves by what Deno and Bun have for fetch handlers.
 *
 * @param options With `reusePort`, several processes may listen on the port.
 */
export async function serveFetch(
  port: number,
  handler: Handler,
  websocket: unknown,
  { reusePort = false } = {},
): Promise<Listening> {
  if (Deno !== undefined) return await serveOnDeno(Deno, port, handler, reusePort);
  if (Bun !== undefined) {
    const server = Bun.serve({ hostname, port, reusePort, fetch: handler, websocket });
    return { port: server.port, stop: () => server.stop() };
  }
  throw new Error("Cannot serve: this runtime has no server for fetch handlers");
}

/**
 * Serves, and serves again when Deno gives up, which it does when it is out of file descriptors.
 * Open connections and sessions live on meanwhile.
 */
export function serveOnDeno(
  deno: DenoServes,
  port: number,
  handler: Handler,
  reusePort = false,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    let hasListened = false;
    let server: ReturnType<DenoServes["serve"]>;
    const onListen = (address: { port: number }) => {
      hasListened = true;
      port = address.port;
      resolve({ port, stop: () => server.shutdown() });
    };
    const serve = async () => {
      try {
        server = deno.serve({ hostname, port, reusePort, onListen }, handler);
        await server.finished;
      } catch (error) {
        if (!hasListened) return reject(error);
        console.error(error);
        setTimeout(serve, 1000);
      }
    };
    serve();
  });
}

/** Where a browser finds what listens on a port. */
export function addressOf(port: number): string {
  return `http://${hostname}:${port}`;
}

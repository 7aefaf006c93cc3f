/**
 * Starts a server on the runtime that runs this.
 *
 * @module
 */

import process from "node:process";

type Handler = (request: Request, info?: unknown) => Response | Promise<Response>;

/** What is started. */
export interface ServeOptions {
  /** 0 takes any that is free. */
  port: number;
  handler: Handler;
  /** What `Bun.serve` wants besides, to have websockets. */
  websocket: unknown;
}

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

const hostname = "127.0.0.1";

/** Listens, and resolves with the address. SIGINT and SIGTERM end the process. */
export async function serve(options: ServeOptions): Promise<string> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => process.exit(0));
  }
  return `http://${hostname}:${await listen(options)}`;
}

async function listen(options: ServeOptions): Promise<number> {
  const { port, handler, websocket } = options;
  const { Deno, Bun } = globalThis as unknown as {
    Deno?: DenoServes;
    Bun?: BunServes;
  };
  if (Deno !== undefined) {
    return await new Promise((resolve) => {
      const onListen = (address: { port: number }) => resolve(address.port);
      Deno.serve({ hostname, port, onListen }, handler);
    });
  }
  if (Bun !== undefined) {
    return Bun.serve({ hostname, port, fetch: handler, websocket }).port;
  }
  throw new Error("Cannot serve: this runtime is neither Deno nor Bun");
}

/** The port in `--port N`, the only argument there is. */
export function portArgument(byDefault: number): number {
  const [name, value, ...others] = process.argv.slice(2);
  if (name === undefined) return byDefault;
  const port = Number(value);
  const known = name === "--port" && others.length === 0;
  if (known && /^[0-9]{1,5}$/.test(value ?? "") && port < 65536) return port;
  const given = process.argv.slice(2).join(" ");
  throw new Error(`Cannot start: the arguments are "${given}", known is --port and a port`);
}

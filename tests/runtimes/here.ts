/**
 * The current runtime, as far as the probes use it.
 *
 * @module
 */

/** What the probes use of a Bun websocket. */
export interface BunWebSocket {
  send(text: string): number;
  close(code?: number, reason?: string): void;
  getBufferedAmount(): number;
}

/** What the probes use of a Bun server. */
export interface BunServer {
  readonly port: number;
  upgrade(request: Request): boolean;
  timeout(request: Request, seconds: number): void;
}

/** The options that the probes pass to `Bun.serve`. */
export interface BunServeOptions {
  hostname: string;
  port: number;
  fetch(
    request: Request,
    server: BunServer,
  ): Response | Promise<Response> | undefined;
  /** In seconds. */
  idleTimeout?: number;
  websocket?: {
    open?(socket: BunWebSocket): void;
    message(socket: BunWebSocket, message: unknown): void;
    drain?(socket: BunWebSocket): void;
    close?(socket: BunWebSocket, code: number, reason: string): void;
  };
}

/** The global `Bun`. */
export interface BunGlobal {
  serve(options: BunServeOptions): BunServer;
}

/** `undefined` on other runtimes. */
export const bun = (globalThis as { Bun?: BunGlobal }).Bun;

/** For probes of what only Bun has. */
export function requireBun(): BunGlobal {
  if (bun === undefined) throw new Error("This is not Bun");
  return bun;
}

/** All servers and clients of the probes meet here. */
export const hostname = "127.0.0.1";

/** Settles in the next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The outcome of an action, or the class of what it throws. */
export function outcome<Result>(action: () => Result): Result | { throws: string } {
  try {
    return action();
  } catch (error) {
    return { throws: error instanceof Error ? error.constructor.name : String(error) };
  }
}

/**
 * Serves a fetch handler on the current runtime, until the process ends.
 *
 * @module
 */

import { bun, type BunServeOptions, hostname } from "./here.ts";

/** A handler as both runtimes call it. */
export type Handler = (
  request: Request,
  info: unknown,
) => Response | Promise<Response>;

/**
 * Serves on a port of the system's choice, and returns that.
 *
 * @param bunOptions more options for Bun; other runtimes ignore them
 */
export function serve(
  handler: Handler,
  bunOptions: Partial<BunServeOptions> = {},
): number {
  if (bun !== undefined) {
    return bun.serve({ hostname, port: 0, ...bunOptions, fetch: handler }).port;
  }
  return Deno.serve({ hostname, port: 0, onListen() {} }, handler).addr.port;
}

/**
 * Registers tests of servers behind a proxy.
 *
 * @module
 */

import { type HostName, presentHosts } from "../support/hosts.ts";
import { isPresent, type Program } from "./proxy.ts";

/** A host of each runtime. */
export const hosts = ["deno", "bun", "node24"] as const satisfies readonly HostName[];

/** What the stock client has outside browsers. */
export const clientTransports = ["websocket", "xhr-streaming", "eventsource", "xhr-polling"];

/** Registers a test of a host behind a proxy. */
export function behind(
  program: Program,
  host: HostName,
  sentence: string,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name: `${host} behind ${program}: ${sentence}`,
    ignore: !isPresent(program) || !presentHosts.has(host),
    // The stock client leaves timers and sockets behind.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

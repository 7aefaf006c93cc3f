/**
 * Registers tests of network faults with real sockets, on each runtime's own server. Faults depend
 * on the runtime, not on the way to mount.
 *
 * @module
 */

import type { FactOptions } from "../support/fact.ts";
import { attack } from "../support/attack.ts";
import type { TestServer } from "../support/test_server.ts";
import type { HostName } from "../support/hosts.ts";

/** Where faults are tested. */
export const hosts: readonly HostName[] = ["deno", "bun", "node24"];

/** Registers a fault, after which the server is as well as it was before. */
export function fault(
  section: string,
  sentence: string,
  holds: (server: TestServer) => Promise<void>,
  options: FactOptions = {},
): void {
  attack(section, sentence, holds, { hosts, ...options });
}

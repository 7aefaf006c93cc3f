/**
 * A case: one thing that a client does to a server.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";
import type { Client } from "./client.ts";

/** All of it is drawn before any of it is done. */
export interface Case {
  /** Makes known what it does, to whoever has to find a fault. */
  readonly shows: readonly string[];
  /** Does it; fails where the server is wrong. */
  run(client: Client): Promise<void>;
}

/** Draws a case. No other has the same id, which is good for a session. */
export type DrawCase = (dice: SeededRandom, id: string) => Case;

/**
 * Whether that settles in a time (ms) which is short enough to be wasted: by those who may have
 * said only the half of it.
 */
export async function settlesSoon(promise: Promise<unknown>, grace = 30): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, grace, false);
  try {
    return await Promise.race([promise.then(() => true, () => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

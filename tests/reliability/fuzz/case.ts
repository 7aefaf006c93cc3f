/**
 * A case: one thing that a client does to a server.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";
import type { Client } from "./client.ts";

/** A case is drawn completely before it runs. */
export interface Case {
  /** A description of its steps, for the error message. */
  readonly shows: readonly string[];
  /** Runs the case, and fails where the server is wrong. */
  run(client: Client): Promise<void>;
}

/** Draws a case. Its id is unique, and valid as a session id. */
export type DrawCase = (random: SeededRandom, id: string) => Case;

/**
 * Whether a promise settles within a short time (ms). A request that was only half
 * sent gets no response.
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

/**
 * Waits for a state that no event announces.
 *
 * @module
 */

import { assert } from "@std/assert";

/** Checks the state again and again until it holds. Fails where it never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let checks = 0; !await holds(); checks++) {
    assert(checks < 1000, `Still false after ${checks} checks: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

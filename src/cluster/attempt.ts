/**
 * Calls functions of others, which may throw or reject.
 *
 * @module
 */

import { isThenable } from "../event_loop/thenable.ts";

/** Calls a method of a bus. Whatever it throws is a rejection. */
export async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  return await call();
}

/** Calls a function of the application. `failed` gets what it throws, or what its promise rejects with. */
export function callSafely(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = call();
    // The thenable is wrapped, because it may do anything when `then` is called.
    if (isThenable(result)) Promise.resolve(result).then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

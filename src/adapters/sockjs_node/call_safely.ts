/**
 * Calls functions of the application that belong to one connection.
 *
 * @module
 */

import type { FailureHandler } from "../../event_loop/guard.ts";
import { isThenable } from "../../event_loop/thenable.ts";

/** Calls a function. If it throws or rejects, the handler takes the error. */
export function callSafely<Value>(
  call: () => Value,
  handler: FailureHandler,
): Value | undefined {
  try {
    const value = call();
    // A promise of ours: some thenables reject twice, or throw.
    if (isThenable(value)) {
      Promise.resolve(value).then(undefined, (error) => handler.failed(error));
    }
    return value;
  } catch (error) {
    handler.failed(error);
    return undefined;
  }
}

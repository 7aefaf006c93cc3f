/**
 * Recognises promises and other thenables.
 *
 * @module
 */

/** Whether the value has a method `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

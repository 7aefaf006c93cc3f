/**
 * What applications give where they take their time.
 *
 * @module
 */

/** Whether the value is a promise, or alike. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

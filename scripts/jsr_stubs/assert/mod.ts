/**
 * A replacement for `@std/assert` where JSR cannot be reached. It has the same names and
 * signatures, but only those that this project's tests use.
 *
 * @module
 */

import { AssertionError, strict } from "node:assert";

export { AssertionError };

/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, message = ""): asserts condition {
  if (!condition) {
    throw new AssertionError({
      message,
      actual: condition,
      operator: "assert",
    });
  }
}

/** Fails unless both are deeply and strictly equal. */
export function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  strict.deepStrictEqual(actual, expected, message);
}

/** Fails when both are deeply and strictly equal. */
export function assertNotEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  strict.notDeepStrictEqual(actual, expected, message);
}

/** Fails unless both are the same value or object. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  strict.strictEqual(actual, expected, message);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void {
  assert(
    actual.includes(expected),
    message ??
      `Expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`,
  );
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void {
  assert(
    expected.test(actual),
    message ?? `Expected ${JSON.stringify(actual)} to match ${expected}`,
  );
}

/** Fails unless `fn` throws an error of the class, with the text in its message. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes = "",
): E {
  let thrown: unknown;
  let threw = false;
  try {
    fn();
  } catch (error) {
    threw = true;
    thrown = error;
  }
  assert(threw, "Expected the function to throw");
  return expectError(thrown, ErrorClass, msgIncludes);
}

/**
 * Fails unless `fn` gives a promise that rejects with an error of the class, with the text in
 * its message. A function that throws has not rejected.
 */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes = "",
): Promise<E> {
  let promise: PromiseLike<unknown> | undefined;
  let thrown: unknown;
  let threw = false;
  try {
    promise = fn();
    await promise;
  } catch (error) {
    threw = true;
    thrown = error;
  }
  assert(
    typeof promise?.then === "function",
    `Expected a promise, got ${threw ? `an error thrown: ${thrown}` : promise}`,
  );
  assert(threw, "Expected the promise to reject");
  return expectError(thrown, ErrorClass, msgIncludes);
}

function expectError<E extends Error>(
  thrown: unknown,
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes: string,
): E {
  assert(
    thrown instanceof ErrorClass,
    `Expected ${ErrorClass.name}, got ${thrown}`,
  );
  assertStringIncludes(thrown.message, msgIncludes);
  return thrown;
}

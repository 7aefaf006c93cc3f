/**
 * Calls functions of others, which may throw.
 *
 * @module
 */

/** Calls a method of a bus. Whatever it throws is a rejection. */
export async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  return await call();
}

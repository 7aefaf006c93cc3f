/**
 * Whose `node:http` this is.
 *
 * @module
 */

/** Whether it is Node itself, and not Deno or Bun with modules of the same names. */
export const isRealNode = !("Deno" in globalThis || "Bun" in globalThis);

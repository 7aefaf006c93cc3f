/**
 * Whose `node:http` this is.
 *
 * @module
 */

import process from "node:process";

/** Whether it is Node itself, and not Deno or Bun with modules of the same names. */
export const isRealNode = !("Deno" in globalThis || "Bun" in globalThis);

/**
 * Whether upgrade requests come with their bodies, which are taken from the connection: on Node
 * from version 26 on.
 */
export const takesBodies = !isRealNode || parseInt(process.versions.node) >= 26;

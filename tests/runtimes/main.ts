/**
 * Runs all probes on the current runtime, and prints their observations as one line of JSON.
 *
 * @module
 */

import process from "node:process";
import { bun } from "./here.ts";
import { everywhere, onBun, onDeno } from "./probes/all.ts";

/** How long a probe may take, in ms. */
const timeLimit = 20_000;

async function observe(probe: () => unknown): Promise<{ sees: unknown } | { failed: string }> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, timeLimit, new Error(`Nothing seen in ${timeLimit} ms`));
  try {
    return { sees: await Promise.race([probe(), promise]) };
  } catch (error) {
    return { failed: error instanceof Error ? error.stack ?? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

const probes = { ...everywhere, ...(bun === undefined ? onDeno : onBun) };
const observations = Object.entries(probes).map(async ([name, probe]) =>
  [name, await observe(probe)] as const
);
console.log(JSON.stringify(Object.fromEntries(await Promise.all(observations))));
process.exit(0);

/**
 * Measures the heap of the current process.
 *
 * @module
 */

import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Takes out the garbage, all of it. */
const collect = findCollector();

function findCollector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

/** Bytes of what is in use. */
export function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

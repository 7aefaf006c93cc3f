/**
 * What all benchmark servers do besides serving: they print their address, and collect garbage on
 * request.
 *
 * @module
 */

import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { endOnSignals } from "../../../examples/end_on_signals.ts";
import { addressOf } from "../../../examples/serve.ts";

/** Says where it listens, and from then on collects its garbage at SIGUSR2. */
export function announce(port: number): void {
  endOnSignals();
  const collect = findCollector();
  process.on("SIGUSR2", collect);
  console.log(addressOf(port));
}

function findCollector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

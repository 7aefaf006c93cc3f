/**
 * An expectation: what this project relies on in a runtime, and which of our files does.
 *
 * @module
 */

/** An observation that a probe should make, and the sentence it stands for. */
export interface Expectation {
  says: string;
  sees: unknown;
}

/** The runtimes that are probed. */
export type Probed = "deno" | "bun";

/** What is expected of a probe on each runtime that has it. */
export interface Row {
  /** The file that relies on it, or works around it: what to look at when it changes. */
  place: string;
  deno?: Expectation;
  bun?: Expectation;
}

/** A row for a probe that sees the same on all runtimes. */
export function onBoth(place: string, says: string, sees: unknown): Row {
  return { place, deno: { says, sees }, bun: { says, sees } };
}

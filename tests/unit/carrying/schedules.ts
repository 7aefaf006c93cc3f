/**
 * Schedules of models: lists of steps, each of which is drawn from a seed of its own. A schedule that
 * fails is made shorter as long as it still does.
 *
 * @module
 */

import { SeededRandom } from "../../support/seeded_random.ts";

/** How often shorter schedules are tried. */
const maxAttempts = 200;

/** Runs the steps of a schedule: rejects if something goes wrong, with what has happened before. */
export type Run = (random: SeededRandom, steps: readonly SeededRandom[]) => Promise<void>;

/**
 * Runs a schedule.
 *
 * @param run Is given the random numbers of everything else, and those of each step.
 * @param only The numbers of the steps, if they are not all.
 */
export async function runSchedule(seed: number, run: Run, only?: readonly number[]): Promise<void> {
  const steps = only ?? allSteps(seed);
  await run(new SeededRandom(seed), steps.map((step) => new SeededRandom(seedOf(seed, step))));
}

/** Finds a few steps of a schedule that fail as well. Returns them, and how. */
export async function shrink(
  seed: number,
  run: Run,
  error: unknown,
): Promise<{ steps: readonly number[]; error: unknown }> {
  let smallest = { steps: allSteps(seed), error };
  let attempts = maxAttempts;
  for (let size = Math.ceil(smallest.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.steps.length && attempts > 0; attempts--) {
      const steps = smallest.steps.toSpliced(at, size);
      try {
        await runSchedule(seed, run, steps);
        at += size;
      } catch (error) {
        smallest = { steps, error };
      }
    }
  }
  return smallest;
}

function allSteps(seed: number): number[] {
  const count = new SeededRandom(~seed).pick([20, 60, 150]);
  return Array.from({ length: count }, (_, step) => step);
}

function seedOf(seed: number, step: number): number {
  return seed + Math.imul(step + 1, 0x9e3779b1);
}

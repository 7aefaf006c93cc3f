/**
 * Judges the results of a soak: what is wrong with them.
 *
 * @module
 */

import { type Line, lineThrough } from "./slope.ts";
import type { Found } from "./soak.ts";

/** Megabytes. */
export const megabyte = 2 ** 20;

/** What the memory of a server may grow, in MB a minute. */
const steepest = 1;

/** In shorter soaks, in seconds, memory has not settled. */
export const shortest = 300;

/** A soak, as far as it is about memory. */
type Measured = Pick<Found, "seconds"> & {
  readonly samples: readonly Pick<Found["samples"][number], "seconds" | "rss">[];
};

/** When memory is taken to have settled, in seconds. */
export function settledAfter({ seconds }: Measured): number {
  return seconds >= shortest ? 180 : seconds * 0.3;
}

/** The memory of the server in MB, by minutes. */
export function memoryLine(found: Measured): Line {
  const from = settledAfter(found);
  return lineThrough(
    found.samples.filter(({ seconds }) => seconds >= from)
      .map(({ seconds, rss }) => [seconds / 60, rss / megabyte] as const),
  );
}

/** Each thing that is wrong, in words; none is a soak that was passed. */
export function faultsOf(found: Found): string[] {
  const { tally, before, after, exit, seconds } = found;
  const faults: string[] = [];
  const none = (count: number, what: string) => {
    if (count !== 0) faults.push(`${count} ${what}`);
  };
  none(tally.lost, "messages were lost");
  none(tally.repeated, "messages were repeated");
  none(tally.late, "messages came late");
  none(tally.altered, "messages were altered");
  none(tally.broken, "sessions broke");
  none(tally.strange, "ends of connections that no session had");
  none(after.connections, "connections are still listed");
  none(after.unclosed, "connections had no close");
  none(after.held, "connections that are over are still held");
  if (after.descriptors > before.descriptors) {
    faults.push(`${after.descriptors} descriptors are open, ${before.descriptors} were`);
  }
  if (exit.code !== 0) faults.push(`the server ended with ${exit.code}`);
  if (exit.stderr !== "") faults.push(`the server printed: ${exit.stderr}`);
  if (tally.opened === 0 || tally.echoes === 0 || tally.pushes === 0) {
    faults.push("nothing happened");
  }
  const { slope } = memoryLine(found);
  if (seconds >= shortest && slope > steepest) {
    faults.push(`memory grows by ${slope.toFixed(2)} MB a minute`);
  }
  return faults;
}

/**
 * Collects the results of the browser tests into a table by transport and origin.
 *
 * @module
 */

import { type Origin, origins, runtime } from "./runtime.ts";

const cells = new Map<string, Map<Origin, string>>();

/** Notes that a test of a row has passed, or what a cell says instead of that. */
export function note(row: string, origin: Origin, outcome = "ok"): void {
  const columns = cells.get(row) ?? new Map<Origin, string>();
  // Of several tests, the one that failed counts.
  if (columns.get(origin) !== "FAILED") columns.set(origin, outcome);
  cells.set(row, columns);
}

/** Does a test, and notes in these columns of its row what came of it. */
export async function noting(
  row: string,
  among: readonly Origin[],
  test: () => Promise<void>,
): Promise<void> {
  let outcome = "FAILED";
  try {
    await test();
    outcome = "ok";
  } finally {
    for (const origin of among) note(row, origin, outcome);
  }
}

function print(): void {
  if (cells.size === 0) return;
  const wide = Math.max(...cells.keys().map((row) => row.length)) + 2;
  const line = (first: string, others: string[]) =>
    console.log(first.padEnd(wide) + others.map((text) => text.padEnd(14)).join("").trimEnd());
  console.log();
  line(`In the browser, on ${runtime}`, [...origins]);
  for (const [row, outcomes] of cells) {
    line(row, origins.map((origin) => outcomes.get(origin) ?? "-"));
  }
}

Deno.test.afterAll(print);

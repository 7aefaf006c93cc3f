/**
 * Collects the results of the browser tests into a table by transport, runtime and origin.
 *
 * @module
 */

import { type Origin, origins, type Runtime, runtimes } from "./runtimes.ts";

const cells = new Map<string, Map<string, string>>();

/** Notes that a test of a row has passed, or what a cell says instead of that. */
export function note(row: string, runtime: Runtime, origin: Origin, outcome = "ok"): void {
  const column = `${runtime} ${origin}`;
  const columns = cells.get(row) ?? new Map<string, string>();
  // Of several tests, the one that failed counts.
  if (columns.get(column) !== "FAILED") columns.set(column, outcome);
  cells.set(row, columns);
}

/** Does a test, and notes in these columns of its row what came of it. */
export async function noting(
  row: string,
  runtime: Runtime,
  among: readonly Origin[],
  test: () => Promise<void>,
): Promise<void> {
  let outcome = "FAILED";
  try {
    await test();
    outcome = "ok";
  } finally {
    for (const origin of among) note(row, runtime, origin, outcome);
  }
}

function print(): void {
  if (cells.size === 0) return;
  const columns = runtimes.flatMap((runtime) => origins.map((origin) => `${runtime} ${origin}`));
  const wide = Math.max(...cells.keys().map((row) => row.length)) + 2;
  const line = (first: string, others: string[]) =>
    console.log(first.padEnd(wide) + others.map((text) => text.padEnd(14)).join("").trimEnd());
  console.log();
  line("In the browser", columns.map((column) => column.split(" ")[0] ?? ""));
  line("", columns.map((column) => column.split(" ")[1] ?? ""));
  for (const [row, outcomes] of cells) {
    line(row, columns.map((column) => outcomes.get(column) ?? "-"));
  }
}

Deno.test.afterAll(print);

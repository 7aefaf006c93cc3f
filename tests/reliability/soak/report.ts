/**
 * Reports the results of soaks, as a table and as data.
 *
 * @module
 */

import type { Found } from "./soak.ts";
import { faultsOf, megabyte, memoryLine, settledAfter } from "./verdict.ts";

/** Rows of the table: what it is, and its value. */
const rows: readonly (readonly [string, (found: Found) => string])[] = [
  ["sessions at a time", ({ sessions }) => String(sessions)],
  ["seconds", ({ seconds }) => String(seconds)],
  ["seed", ({ seed }) => String(seed)],
  ["sessions opened", ({ tally }) => String(tally.opened)],
  ["ends", ({ tally }) => Object.entries(tally.ends).map((each) => each.join(" ")).join(", ")],
  ["messages to the server", ({ tally }) => String(tally.sent)],
  ["echoes", ({ tally }) => String(tally.echoes)],
  ["messages of the server's own", ({ tally }) => String(tally.pushes)],
  ["heartbeats", ({ tally }) => String(tally.heartbeats)],
  ["lost", ({ tally }) => String(tally.lost)],
  ["repeated", ({ tally }) => String(tally.repeated)],
  ["out of order", ({ tally }) => String(tally.late)],
  ["altered", ({ tally }) => String(tally.altered)],
  ["sessions broken", ({ tally }) => String(tally.broken)],
  ["connections left: listed", ({ after }) => String(after.connections)],
  ["connections left: without close", ({ after }) => String(after.unclosed)],
  ["connections left: in memory", ({ after }) => String(after.held)],
  ["descriptors before", ({ before }) => String(before.descriptors)],
  ["descriptors after", ({ after }) => String(after.descriptors)],
  ["JavaScript before, MB", ({ before }) => megabytes(before.heap)],
  ["JavaScript after, MB", ({ after }) => megabytes(after.heap)],
  ["longest stall of the server, ms", (found) => longest(found, "server")],
  ["longest stall of the driver, ms", (found) => longest(found, "driver")],
  ["RSS when settled, MB", (found) => megabytes(rssAt(found, settledAfter(found)))],
  ["RSS at the end, MB", (found) => megabytes(rssAt(found, found.seconds))],
  ["RSS slope, MB/min", (found) => memoryLine(found).slope.toFixed(2)],
];

/** A table in Markdown, with a column for each soak, and below it what is wrong. */
export function tableOf(all: readonly Found[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [
    line(["", ...all.map(({ host }) => host)]),
    line(["---", ...all.map(() => "---:")]),
    ...rows.map(([name, value]) => line([name, ...all.map(value)])),
  ];
  for (const found of all) {
    const faults = [...faultsOf(found), ...found.tally.faults];
    lines.push("", `${found.host}: ${faults.length === 0 ? "nothing is wrong" : "this is wrong:"}`);
    lines.push(...faults.map((fault) => `- ${fault}`));
  }
  return lines.join("\n");
}

/** All that was found, and what follows from it, as JSON. */
export function dataOf(found: Found): string {
  return JSON.stringify({ ...found, memory: memoryLine(found), faults: faultsOf(found) }, null, 1);
}

function rssAt({ samples }: Found, seconds: number): number {
  return (samples.find((sample) => sample.seconds >= seconds) ?? samples.at(-1))?.rss ?? 0;
}

function longest({ samples }: Found, whose: "server" | "driver"): string {
  return Math.max(0, ...samples.map(({ stalls }) => stalls[whose])).toFixed(0);
}

function megabytes(bytes: number): string {
  return (bytes / megabyte).toFixed(1);
}

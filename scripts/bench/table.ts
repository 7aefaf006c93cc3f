/**
 * Prints the results as a table.
 *
 * @module
 */

import { number } from "./numbers.ts";
import { quietEnough } from "./quiet.ts";
import { busyEnough, cpuRatiosOf, type Figure, ratiosOf, type Results } from "./results.ts";
import {
  beforeOf,
  floorOf,
  homeOf,
  isBefore,
  plainOf,
  type ServerName,
  unsharedOf,
} from "./servers.ts";
import { interquartileRange, median } from "./statistics.ts";
import type { Sample } from "./workloads.ts";

/** What servers are compared with, one after the other. */
const comparisons: readonly {
  title: string;
  other: (server: ServerName) => ServerName | undefined;
  /** Whether the table shows how far the ratios scatter. */
  hasSpread: boolean;
}[] = [
  { title: "before", other: beforeOf, hasSpread: true },
  { title: "plain", other: plainOf, hasSpread: true },
  { title: "unshared", other: unsharedOf, hasSpread: true },
  { title: "home", other: homeOf, hasSpread: true },
  { title: "floor", other: floorOf, hasSpread: false },
  {
    title: "sockjs-node",
    other: (server) => server === "sockjs-node" || isBefore(server) ? undefined : "sockjs-node",
    hasSpread: false,
  },
];

/** A block of lines for each figure: each server with its median and how it compares. */
export function table({ figures }: Pick<Results, "figures">): string {
  const made = comparisons.filter(({ other }) =>
    figures.some(({ samples }) =>
      (Object.keys(samples) as ServerName[]).some((server) => (other(server) ?? "") in samples)
    )
  );
  const hasEngine = figures.some(({ samples }) =>
    Object.values(samples).flat().some(({ engine }) => engine !== undefined)
  );
  const head = [
    ...["", "median", "IQR", "CPU µs", "busy", ...hasEngine ? ["engine µs"] : []],
    ...made.flatMap(({ title, hasSpread }) =>
      [`x ${title}`, "by CPU"].flatMap((column) => hasSpread ? [column, "IQR"] : column)
    ),
  ];
  const blocks = figures.map((figure) => rows(figure, made, hasEngine));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...blocks.flat().map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!)).join(
      "  ",
    )
      .trimEnd();
  const lines = figures.flatMap(({ title, unit }, at) => [
    `${title}, in ${unit}`,
    ...blocks[at]!.map(line),
    "",
  ]);
  return [line(head), ...lines, ...notes(figures)].join("\n");
}

function rows(figure: Figure, made: typeof comparisons, hasEngine: boolean): string[][] {
  const servers = Object.entries(figure.samples) as [ServerName, Sample[]][];
  return servers.map(([server, samples]) => {
    const values = samples.map(({ value }) => value);
    return [
      `  ${server}`,
      number(median(values)),
      scatter(values),
      medianText(samples.map(({ cpu }) => cpu)),
      medianText(samples.map(({ busy }) => busy)),
      ...hasEngine ? [medianText(samples.map(({ engine }) => engine))] : [],
      ...made.flatMap(({ other, hasSpread }) => ratios(figure, server, other(server), hasSpread)),
    ];
  });
}

/** By values, and by what these took of the server's core. */
function ratios(
  figure: Figure,
  server: ServerName,
  other: ServerName | undefined,
  hasSpread: boolean,
): string[] {
  return [ratiosOf, cpuRatiosOf].flatMap((ratios) => {
    const found = other === undefined ? [] : ratios(figure, server, other);
    return hasSpread ? [medianText(found), scatter(found)] : medianText(found);
  });
}

/** The interquartile range, in percent of the median. */
function scatter(values: readonly number[]): string {
  return values.length === 0 ? "" : shown(interquartileRange(values) / median(values) * 100, " %");
}

/** Nothing for what is not known, or was divided by nothing. */
function shown(value: number | undefined, unit = ""): string {
  return value === undefined || !Number.isFinite(value) ? "" : number(value) + unit;
}

function medianText(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? "" : shown(median(known));
}

function notes(figures: readonly Figure[]): string[] {
  const samples = figures.flatMap(({ samples }) => Object.values(samples).flat());
  const idle = samples.filter(({ busy }) => busy !== undefined && busy < busyEnough).length;
  const overloaded = samples.filter(({ missed = 0 }) => missed > 0).length;
  const disturbed = samples.filter(({ others }) => others > quietEnough).length;
  return [
    "IQR: interquartile range, in percent of the median. CPU: the server's, for a message or session.",
    "busy: the part of the time for which the server's core was at work on it.",
    "engine: the CPU time of what connects the processes, for the same message or session.",
    "x: the median of ratios of measurements that followed each other.",
    "by CPU: the ratio of CPU times, which says more where the server was not busy.",
    ...(idle === 0 ? [] : [
      `In ${idle} of ${samples.length} measurements it was less than ${busyEnough}: there, the generator or another program was the limit.`,
    ]),
    ...(overloaded === 0 ? [] : [
      `In ${overloaded} of ${samples.length}, messages of a fixed rate were left out: the servers could not keep up, or something held them up.`,
    ]),
    ...(disturbed === 0 ? [] : [
      `In ${disturbed} of ${samples.length} other programs took more than ${quietEnough} of a core: do not publish these figures.`,
    ]),
  ];
}

/**
 * The results of a benchmark run, and their file format.
 *
 * @module
 */

import type { ServerName } from "./servers.ts";
import { median, quantile, spread } from "./statistics.ts";
import type { Quantity, Sample } from "./workloads.ts";

/** Something that was measured, several times on each server. */
export interface Figure extends Quantity {
  readonly samples: Partial<Record<ServerName, Sample[]>>;
}

/** Where and when it was measured. */
export interface Circumstances {
  /** The day, such as `2026-01-31`. */
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  /** How many programs wanted to run in the minute before. */
  readonly load: number;
  /** By name: runtimes and packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** What connected the processes of clusters. */
  readonly bus: string;
  readonly rounds: number;
  /** Seconds of a measurement that count. */
  readonly seconds: number;
}

/** All of it, as it is written to files. */
export interface Results {
  readonly circumstances: Circumstances;
  readonly figures: readonly Figure[];
  /** What went wrong: measurements that are missing. */
  readonly failures: readonly string[];
}

/** The median of a figure on a server; `undefined` if that was not measured. */
export function medianOf(figure: Figure, server: ServerName): number | undefined {
  const values = figure.samples[server]?.map(({ value }) => value) ?? [];
  return values.length === 0 ? undefined : median(values);
}

/** A figure on one server by that on another, measurement by measurement. */
export function ratiosOf(figure: Figure, server: ServerName, other: ServerName): number[] {
  return pairs(figure, server, other).map(([mine, theirs]) => mine.value / theirs.value);
}

/**
 * The CPU time that the other server takes for a message by that of the first: what
 * their rates would be if nothing but the servers mattered.
 */
export function cpuRatiosOf(figure: Figure, server: ServerName, other: ServerName): number[] {
  return pairs(figure, server, other).flatMap(([{ cpu: mine }, { cpu: theirs }]) =>
    mine === undefined || theirs === undefined ? [] : theirs / mine
  );
}

/**
 * What was measured on both, one right after the other: the machine's pace changes in
 * between less than it does in a run. Nothing if a measurement is missing.
 */
function pairs({ samples }: Figure, server: ServerName, other: ServerName): [Sample, Sample][] {
  const [mine = [], theirs = []] = [samples[server], samples[other]];
  if (mine.length !== theirs.length) return [];
  return mine.map((each, at) => [each, theirs[at]!]);
}

/** The median of those ratios. */
export function ratioOf(
  figure: Figure,
  server: ServerName,
  other: ServerName,
): number | undefined {
  const ratios = ratiosOf(figure, server, other);
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Whether the server fell behind a fixed rate in most measurements. */
export function hasFallenBehind({ samples }: Figure, server: ServerName): boolean {
  return median(samples[server]?.map(({ missed = 0 }) => missed) ?? [0]) > 0;
}

/** Below this part of the time, something else than the server set the pace. */
export const busyEnough = 0.9;

/** The median of ratios, and of which. */
export interface FairRatio {
  readonly ratio: number;
  /** A quarter of them are above. */
  readonly high: number;
  /** How far they scatter: Infinity where there are only one or two. */
  readonly spread: number;
  readonly isByCpu: boolean;
}

/** The ratio of rates where these are the servers' own; else that of CPU times. */
export function fairRatioOf(
  figure: Figure,
  server: ServerName,
  other: ServerName,
): FairRatio | undefined {
  const isByCpu = [server, other].some((each) => {
    const known = figure.samples[each]?.map(({ busy }) => busy ?? 1) ?? [];
    return known.length > 0 && median(known) < busyEnough;
  });
  // Nothing is known of what was divided by nothing, such as the CPU time of idle sessions.
  const ratios = (isByCpu ? cpuRatiosOf : ratiosOf)(figure, server, other).filter(Number.isFinite);
  return ratios.length === 0 ? undefined : {
    ratio: median(ratios),
    high: quantile(ratios, 0.75),
    spread: spread(ratios),
    isByCpu,
  };
}

/** The figure of that name. */
export function figureOf({ figures }: Pick<Results, "figures">, name: string): Figure | undefined {
  return figures.find((figure) => figure.name === name);
}

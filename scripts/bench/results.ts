/**
 * What a run of the benchmark found out.
 *
 * @module
 */

import type { ServerName } from "./servers.ts";
import { median } from "./statistics.ts";
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

/** The median of a figure on one server by that on another. */
export function ratioOf(
  figure: Figure,
  server: ServerName,
  other: ServerName,
): number | undefined {
  const [mine, theirs] = [medianOf(figure, server), medianOf(figure, other)];
  return mine === undefined || theirs === undefined ? undefined : mine / theirs;
}

/**
 * The median of the CPU time that the other server takes for a message, by that of
 * the first: what their rates would be if nothing but the servers mattered.
 */
export function cpuRatioOf(
  figure: Figure,
  server: ServerName,
  other: ServerName,
): number | undefined {
  const [mine, theirs] = [medianCpu(figure, server), medianCpu(figure, other)];
  return mine === undefined || theirs === undefined ? undefined : theirs / mine;
}

/** Below this part of the time, something else than the server set the pace. */
export const busyEnough = 0.9;

/** A ratio of medians, and of which. */
export interface FairRatio {
  readonly ratio: number;
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
  const ratio = (isByCpu ? cpuRatioOf : ratioOf)(figure, server, other);
  return ratio === undefined ? undefined : { ratio, isByCpu };
}

function medianCpu({ samples }: Figure, server: ServerName): number | undefined {
  const known = samples[server]?.map(({ cpu }) => cpu).filter((cpu) => cpu !== undefined) ?? [];
  return known.length === 0 ? undefined : median(known);
}

/** The figure of that name. */
export function figureOf({ figures }: Pick<Results, "figures">, name: string): Figure | undefined {
  return figures.find((figure) => figure.name === name);
}

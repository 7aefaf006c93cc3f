/**
 * The performance goals of the project, as ratios within one run.
 *
 * @module
 */

import { number } from "./numbers.ts";
import {
  type FairRatio,
  fairRatioOf,
  figureOf,
  hasFallenBehind,
  medianOf,
  ratioOf,
  type Results,
} from "./results.ts";
import { clusterName, type Runtime, runtimes, type ServerName } from "./servers.ts";
import { messageNames } from "./workloads.ts";

/** A goal, and what was reached of it. */
export interface GoalResult {
  readonly title: string;
  readonly wanted: number;
  /** Whether less is better. */
  readonly atMost: boolean;
  /** `undefined` if it was not measured. */
  readonly reached: number | undefined;
  /** What a quarter of the measurements reached, or more. */
  readonly high?: number;
  /** Whether it is a ratio of CPU times, for something else than the servers set the pace. */
  readonly isByCpu?: boolean;
  /** Whether the servers fell behind a fixed rate: then it was not what should be measured. */
  readonly fellBehind?: boolean;
}

/** What a goal wants on each runtime. */
type Wanted = Readonly<Record<Runtime, number>>;

const againstSockjsNode: readonly [title: string, figures: readonly string[], wanted: Wanted][] = [
  [
    "the worst of the six",
    messageNames.map((name) => `${name}-32`),
    { deno: 1.6, bun: 2, node: 1.25 },
  ],
  ["xhr cycle", ["xhr-32"], { deno: 4.5, bun: 5, node: 2 }],
  ["streaming echo", ["stream-32"], { deno: 3.5, bun: 4.5, node: 1.8 }],
];

const againstFloor: readonly [title: string, figure: string, wanted: Wanted][] = [
  ["websocket echo", "ws-32", { deno: 0.9, bun: 0.9, node: 0.85 }],
  ["16 in flight", "ws16-32", { deno: 1, bun: 1.1, node: 1 }],
  ["websocket fan-out", "fan-ws-32", { deno: 1, bun: 1.1, node: 1 }],
  ["xhr cycle", "xhr-32", { deno: 0.8, bun: 0.8, node: 0.8 }],
  ["streaming echo", "stream-32", { deno: 0.8, bun: 0.8, node: 0.8 }],
];

/** Bytes that an idle session may take more than a bare websocket. */
const memoryOverFloor = 1536;

/** How much more a message may cost among 10,000 sessions than among 500. */
const growth = 1.15;

/** How much more CPU time a message may take in a cluster than without one. */
const inCluster = [
  ["websocket echo", "cluster-echo", 2, 1.1],
  ["delivery to a subscriber", "cluster-fan", 4, 1.5],
] as const;

/** How much more CPU time shared sessions may take. */
const ofShared = [
  ["xhr cycle", "shared-xhr", 3],
  ["streaming echo", "shared-stream", 2],
  ["send", "shared-send", undefined],
] as const;

/** What requests that reach the owner may cost by what they cost without shared sessions. */
const atOwner = 1.05;

/** How many microseconds later half of the carried answers may come. */
const latelyAtMost = 1000;

/** All goals, with what was reached. */
export function goalResults(results: Pick<Results, "figures">): GoalResult[] {
  const value = (figure: string, server: ServerName) => {
    const found = figureOf(results, figure);
    return found && medianOf(found, server);
  };
  const ratio = (figure: string, server: ServerName, other: ServerName) => {
    const found = figureOf(results, figure);
    return found && fairRatioOf(found, server, other);
  };
  const costRatio = (figure: string, server: ServerName, other: ServerName) => {
    const found = figureOf(results, figure);
    if (found === undefined) return { reached: undefined };
    const fellBehind = [server, other].some((each) => hasFallenBehind(found, each));
    return { reached: ratioOf(found, server, other), fellBehind };
  };
  return runtimes.flatMap((runtime) => {
    const ours: ServerName = `ours-${runtime}`;
    const floor: ServerName = `floor-${runtime}`;
    const other = runtime === "node" ? "sockjs-node" : floor;
    return [
      ...againstSockjsNode.map(([title, figures, wanted]) => ({
        title: `${ours} by sockjs-node, ${title}`,
        wanted: wanted[runtime],
        ...least(figures.map((figure) => ratio(figure, ours, "sockjs-node"))),
      })),
      ...againstFloor.map(([title, figure, wanted]) => ({
        title: `${ours} by its floor, ${title}`,
        wanted: wanted[runtime],
        ...least([ratio(figure, ours, floor)]),
      })),
      {
        title: `${ours}, bytes of an idle session over ${other}`,
        wanted: runtime === "node" ? 0 : memoryOverFloor,
        atMost: true,
        reached: combine(
          value("idle-ws-memory", ours),
          value("idle-ws-memory", other),
          (mine, theirs) => mine - theirs,
        ),
      },
      {
        title: `${ours}, cost of a message with 10,000 sessions by that with 500`,
        wanted: growth,
        atMost: true,
        reached: combine(
          value("growth-10000", ours),
          value("growth-500", ours),
          (many, few) => many / few,
        ),
      },
      ...inCluster.map(([title, figure, size, wanted]) => ({
        title: `${title}, ${size} processes on ${runtime} by one without a cluster`,
        wanted,
        atMost: true,
        ...costRatio(figure, clusterName(size, runtime), clusterName(0, runtime)),
      })),
      ...ofShared.flatMap(([title, figure, wanted]) => [
        {
          title: `${title} at its owner on ${runtime}, by one of sessions that are not shared`,
          wanted: atOwner,
          atMost: true,
          ...costRatio(figure, `home-${runtime}`, clusterName(2, runtime)),
        },
        ...(wanted === undefined ? [] : [{
          title: `carried ${title} on ${runtime} by one at its owner`,
          wanted,
          atMost: true,
          ...costRatio(figure, `carried-${runtime}`, `home-${runtime}`),
        }]),
        {
          title: `carried ${title} on ${runtime}, median latency beyond that at its owner in µs`,
          wanted: latelyAtMost,
          atMost: true,
          reached: combine(
            value(`${figure}-p50`, `carried-${runtime}`),
            value(`${figure}-p50`, `home-${runtime}`),
            (carried, home) => carried - home,
          ),
        },
      ]),
    ];
  });
}

/** Whether a goal is met; `undefined` if it was not measured. */
export function isMet({ wanted, atMost, reached }: GoalResult): boolean | undefined {
  if (reached === undefined) return undefined;
  return atMost ? reached <= wanted : reached >= wanted;
}

/** A line for each goal that was measured. */
export function goalLines(results: Pick<Results, "figures">): string[] {
  return goalResults(results).flatMap((result) => {
    const { title, wanted, atMost, reached, isByCpu } = result;
    if (reached === undefined) return [];
    const how = isByCpu ? " by CPU" : "";
    return `${verbOf(result)}  ${title}: ${number(reached)}${how} (${
      atMost ? "at most" : "at least"
    } ${wanted})`;
  });
}

/** Measurements scatter: a goal within their interquartile range is not missed for certain. */
function verbOf(result: GoalResult): string {
  if (result.fellBehind) return "UNSURE";
  if (isMet(result)) return "met   ";
  return (result.high ?? -Infinity) >= result.wanted ? "near  " : "MISSED";
}

/** What was reached of a goal for all of several ratios. */
function least(
  ratios: readonly (FairRatio | undefined)[],
): Pick<GoalResult, "atMost" | "reached" | "high" | "isByCpu"> {
  const known = ratios.filter((ratio) => ratio !== undefined);
  const [worst] = known.toSorted((a, b) => a.ratio - b.ratio);
  return known.length < ratios.length || worst === undefined
    ? { atMost: false, reached: undefined }
    : { atMost: false, reached: worst.ratio, high: worst.high, isByCpu: worst.isByCpu };
}

function combine(
  one: number | undefined,
  other: number | undefined,
  how: (one: number, other: number) => number,
): number | undefined {
  return one === undefined || other === undefined ? undefined : how(one, other);
}

/**
 * Judges and reports a soak of a cluster.
 *
 * @module
 */

import { megabyte, memoryLine, shortest } from "../soak/verdict.ts";
import type { ClusterFound } from "./cluster_soak.ts";
import type { Rest } from "./leftovers.ts";

/** What the memory of a member may grow, in MB a minute: it comes to know the owners of all ids, up to 10,000. */
const steepest = 2;
/** Each thing that is wrong, in words; none is a soak that was passed. */
export function clusterFaultsOf(found: ClusterFound): string[] {
  const { tally, after, before, claims, options } = found;
  const faults = [...found.faults, ...found.untold.map((each) => `not told: ${each}`)];
  const none = (count: number, what: string) => {
    if (count !== 0) faults.push(`${count} ${what}`);
  };
  none(tally.lost, "messages were lost");
  none(tally.repeated, "messages were repeated");
  none(tally.late, "messages came late");
  none(tally.altered, "messages were altered");
  none(tally.foreign, "messages reached a connection that they were not sent to");
  none(tally.broken, "sessions broke");
  none(tally.strange, "connections that no client had");
  none(found.unclosed, "connections had no close");
  none(found.published, "payloads were published when nobody was there");
  none(found.keys.length, `keys of sessions were left in the engine, such as ${found.keys[0]}`);
  none(claims.own.length, "claims were left by members that are there");
  // On a busy machine, all takes longer.
  const limit = 2 * (options.peerTimeout + 2000);
  if (tally.longestTold > limit) faults.push(`a client was told after ${ms(tally.longestTold)}`);
  for (const [at, rest] of after.entries()) {
    none(rest.connections, `connections are still listed by ${rest.name}`);
    none(rest.held, `connections that are over are still held by ${rest.name}`);
    none(Math.max(0, rest.timers - before[at]!.timers), `more timers than before at ${rest.name}`);
  }
  const [first, last] = sparedRests(found);
  if (last.descriptors > first.descriptors) {
    faults.push(
      `${last.descriptors} descriptors are open at ${last.name}, ${first.descriptors} were`,
    );
  }
  if (tally.opened === 0 || tally.echoes === 0 || tally.pushes === 0) {
    faults.push("nothing happened");
  }
  const slope = slopeOf(found);
  if (options.seconds >= shortest && slope > steepest) {
    faults.push(`memory of ${found.spared} grows by ${slope.toFixed(2)} MB a minute`);
  }
  return faults.concat(tally.faults);
}

/** All that was found, in lines. */
export function clusterReportOf(found: ClusterFound): string {
  const { tally, options, samples, disruptions } = found;
  const [first, last] = sparedRests(found);
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).sort().map(([name, count]) => `${count} ${name}`).join(", ") || "none";
  const longest = (whose: "members" | "driver") =>
    ms(Math.max(0, ...samples.map(({ stalls }) => stalls[whose])));
  const rows: readonly (readonly [string, string])[] = [
    ["seed", `${options.seed}`],
    ["sessions", `${options.sessions} at a time, ${tally.opened} opened, ${found.sessionIds} ids`],
    ["disruptions", list({ ...disruptions })],
    ["ended as wanted or not", list(tally.ends)],
    ["told of an end", list(tally.told)],
    ["messages to members", `${tally.sent}, ${tally.echoes} echoes`],
    ["messages of members", `${tally.pushes}, ${tally.heartbeats} heartbeats`],
    ["mixed up with sessions of frozen members", `${tally.mixedUp}`],
    ["registries of the bus", `${found.registries}; more than one: the machine was too busy`],
    ["members that did not answer in a second", `${found.busy}`],
    ["openings cut off", `${tally.unseen}`],
    ["longest until a client of a member that was gone or frozen was told", ms(tally.longestTold)],
    ["longest without a sign of life, at members that were not frozen", ms(tally.longestSilence)],
    ["longest stall", `${longest("members")} of members, ${longest("driver")} of the driver`],
    [
      "claims of members that are gone",
      `${found.claims.others.length}, whose clients are told now`,
    ],
    [
      `JavaScript of ${found.spared}`,
      `${megabytes(first.heap)} before, ${megabytes(last.heap)} after`,
    ],
    [
      "its memory",
      `${megabytes(samples.at(-1)?.rss ?? 0)}, ${slopeOf(found).toFixed(2)} MB a minute`,
    ],
  ];
  const faults = clusterFaultsOf(found);
  return [
    ...rows.map(([name, value]) => `${name}: ${value}`),
    faults.length === 0 ? "nothing is wrong" : "this is wrong:",
    ...faults.map((fault) => `- ${fault}`),
  ].join("\n");
}

function sparedRests({ before, after, spared }: ClusterFound): [first: Rest, last: Rest] {
  const at = after.findIndex(({ name }) => name === spared);
  return [before[at]!, after[at]!];
}

/** How the memory of the member that is there all the time grows, in MB a minute. */
function slopeOf({ samples, options }: ClusterFound): number {
  return memoryLine({ samples, seconds: options.seconds }).slope;
}

function ms(time: number): string {
  return `${Math.round(time)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}

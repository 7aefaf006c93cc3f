/**
 * Soaks a cluster of members on Deno, Bun and Node, which share their sessions:
 *
 * ```sh
 * deno task soak --cluster --minutes 10 --sessions 200 --seed 1
 * deno task soak --cluster --engine redis
 * ```
 *
 * @module
 */

import type { Arguments } from "../soak/arguments.ts";
import { type ClusterSample, soakCluster } from "./cluster_soak.ts";
import { clusterFaultsOf, clusterReportOf } from "./report.ts";
import type { ClusterTally } from "./tally.ts";

/** Milliseconds: the default of the option. */
const peerTimeout = 6000;

/** Soaks it, reports, and returns whether all was well. */
export async function soakClusterTask(
  { seconds, sessions, seed, engine, out }: Arguments,
): Promise<boolean> {
  console.log(
    `a cluster over ${
      engine ?? "the local bus"
    }: ${sessions} sessions for ${seconds} s, seed ${seed}`,
  );
  const start = performance.now();
  const say = (text: string) =>
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s: ${text}`);
  let shown = 0;
  const onSample = ({ seconds, rss, stalls }: ClusterSample, tally: ClusterTally) => {
    while (shown < tally.faults.length) say(tally.faults[shown++]!);
    if (Math.round(seconds) % 30 !== 0) return;
    say(
      `${(rss / 2 ** 20).toFixed(1)} MB, ${tally.opened} opened, ${tally.sent} sent, ` +
        `${tally.lost} lost, ${tally.broken} broken; stalls of ${stalls.members.toFixed(0)} and ` +
        `${stalls.driver.toFixed(0)} ms`,
    );
  };
  const found = await soakCluster({ sessions, seconds, seed, peerTimeout, engine, say, onSample });
  await Deno.writeTextFile(
    `${out}/cluster${engine === undefined ? "" : `_${engine}`}.json`,
    JSON.stringify(found, null, 1),
  );
  console.log(`\n${clusterReportOf(found)}`);
  return clusterFaultsOf(found).length === 0;
}

/**
 * Soaks the server on Deno, Bun and Node, and reports the results:
 *
 * ```sh
 * deno task soak --runtime deno --minutes 10 --sessions 2000 --out soak --seed 1
 * ```
 *
 * Without `--runtime` it goes through all three. For each it writes a plot of the
 * memory and all data into the folder `--out`. With `--cluster`, processes on all of them share their
 * sessions. It ends with 1 if anything is wrong.
 *
 * @module
 */

import { soakClusterTask } from "../cluster_soak/main.ts";
import { readArguments } from "./arguments.ts";
import { plotOf } from "./plot.ts";
import { dataOf, tableOf } from "./report.ts";
import type { Sample } from "./server_state.ts";
import { type Found, soak } from "./soak.ts";
import type { Tally } from "./tally.ts";
import { faultsOf, megabyte } from "./verdict.ts";

/** Says twice a minute how it goes, and at once what went wrong. */
function show({ seconds, rss, descriptors, connections, stalls }: Sample, tally: Tally): void {
  const isNew = shown < tally.faults.length;
  while (shown < tally.faults.length) console.log(`- ${tally.faults[shown++]}`);
  if (!isNew && Math.round(seconds) % 30 !== 0) return;
  console.log(
    `${Math.round(seconds)} s: ${(rss / megabyte).toFixed(1)} MB, ${descriptors} descriptors, ` +
      `${connections} connections, ${tally.opened} opened, ${tally.sent} sent, ` +
      `${tally.lost} lost, ${tally.broken} broken; stalls of ${stalls.server.toFixed(0)} and ` +
      `${stalls.driver.toFixed(0)} ms`,
  );
}

/** What the command line asks for; a mistake in it ends the process with a line that names it. */
function argumentsOrEnd() {
  try {
    return readArguments(Deno.args);
  } catch (error) {
    console.error(`Cannot soak: ${(error as Error).message}`);
    Deno.exit(1);
  }
}

/** How many complaints of this soak were shown. */
let shown = 0;

const given = argumentsOrEnd();
const { hosts, seconds, sessions, seed, out } = given;
const all: Found[] = [];
await Deno.mkdir(out, { recursive: true });
if (given.cluster) Deno.exit(await soakClusterTask(given) ? 0 : 1);
for (const host of hosts) {
  console.log(`${host}: ${sessions} sessions for ${seconds} s, seed ${seed}`);
  shown = 0;
  const found = await soak({ host, sessions, seconds, seed, onSample: show });
  await Deno.writeTextFile(`${out}/${host}.svg`, plotOf(found));
  await Deno.writeTextFile(`${out}/${host}.json`, dataOf(found));
  all.push(found);
}
console.log(`\n${tableOf(all)}`);
Deno.exit(all.some((found) => faultsOf(found).length > 0) ? 1 : 0);

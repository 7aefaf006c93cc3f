/**
 * Soaks the server on Deno, Bun and Node, and reports the results:
 *
 * ```sh
 * deno task soak --runtime deno --minutes 10 --sessions 2000 --out soak --seed 1
 * ```
 *
 * Without `--runtime` it goes through all three. For each it writes a plot of the
 * memory and all data into the folder `--out`. It ends with 1 if anything is wrong.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { HostName } from "../../support/hosts.ts";
import { plotOf } from "./plot.ts";
import { dataOf, tableOf } from "./report.ts";
import type { Sample } from "./server_state.ts";
import { type Found, soak } from "./soak.ts";
import type { Tally } from "./tally.ts";
import { faultsOf, megabyte } from "./verdict.ts";

const hosts = ["deno", "bun", "node24"] as const satisfies readonly HostName[];

/** Reads an option that must be a number above 0. */
function numberFrom(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`Cannot soak: --${name} must be a number above 0, and is ${text}`);
}

/** Reads an option that must be a host. */
function hostFrom(text: string): HostName {
  const host = hosts.find((name) => name === text);
  if (host !== undefined) return host;
  throw new Error(`Cannot soak: --runtime takes ${hosts.join(", ")}, and is ${text}`);
}

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

/** How many faults of this soak were shown. */
let shown = 0;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    runtime: { type: "string", multiple: true, default: [...hosts] },
    minutes: { type: "string", default: "10" },
    sessions: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 32)) },
    out: { type: "string", default: "soak" },
  },
});
const seconds = Math.round(numberFrom("minutes", values.minutes) * 60);
const sessions = numberFrom("sessions", values.sessions);
const seed = numberFrom("seed", values.seed);
const all: Found[] = [];
await Deno.mkdir(values.out, { recursive: true });
for (const host of values.runtime.map(hostFrom)) {
  console.log(`${host}: ${sessions} sessions for ${seconds} s, seed ${seed}`);
  shown = 0;
  const found = await soak({ host, sessions, seconds, seed, onSample: show });
  await Deno.writeTextFile(`${values.out}/${host}.svg`, plotOf(found));
  await Deno.writeTextFile(`${values.out}/${host}.json`, dataOf(found));
  all.push(found);
}
console.log(`\n${tableOf(all)}`);
Deno.exit(all.some((found) => faultsOf(found).length > 0) ? 1 : 0);

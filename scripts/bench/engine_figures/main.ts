/**
 * Measures what shared sessions and topics ask of Redis and NATS: `deno run -A
 * scripts/bench/engine_figures/main.ts`, with the names of buses behind it, or all of them.
 *
 * @module
 */

import { circumstances } from "../circumstances.ts";
import { commandsOf } from "../commands.ts";
import { type BusName, busNames, Engine } from "../engine.ts";
import { Generator, missing } from "../generator.ts";
import { number } from "../numbers.ts";
import { PinnedCluster } from "../pinned_cluster.ts";
import type { Runtime } from "../servers.ts";
import { measureClaims } from "./claims.ts";
import { countOperations } from "./operations.ts";

/** Numbers of claims. */
const amounts = [10, 1000, 100_000];

/** What the load generator does as fast as the servers can. */
const loads = [
  ["carried xhr cycle", ["xhr", "echo"], { n: 200, c: 1 }],
  ["carried streaming echo", ["stream", "echo"], { n: 200, c: 1 }],
  ["carried send", ["stream", "echo"], { n: 200, c: 1, m: 1 }],
  ["message to a topic", ["ws", "echo"], { n: 10, k: 10, p: 16 }],
] as const;

async function measure(bus: BusName, generator: Generator): Promise<void> {
  const runtime: Runtime = bus === "bun" ? "bun" : "deno";
  const name = `carried-${runtime}` as const;
  const command = (await commandsOf([name])).get(name)!;
  console.log(`\n${bus}, servers on ${runtime}`);
  {
    await using cluster = await PinnedCluster.start(name, command, 32, bus);
    for (const [what, counts] of await countOperations(cluster)) {
      const parts = [...counts].map(([operation, count]) => `${number(count)} ${operation}`);
      console.log(`  ${what}: ${parts.join(", ") || "nothing"}`);
    }
  }
  for (const [what, load, options] of loads) {
    await using cluster = await PinnedCluster.start(name, command, 32, bus);
    const all = { ...options, w: 4, t: 4 };
    const run = await generator.run(cluster.processes, load, all, cluster.engine);
    const { delivered, engineCpu, cpu, seconds } = run;
    console.log(
      `  ${what}: ${number(engineCpu / delivered * 1e6)} µs of the engine's CPU time, at ` +
        `${number(delivered / seconds)}/s; a core of it carries ` +
        `${number(delivered / engineCpu)}/s or more; the servers took ` +
        `${number(cpu / delivered * 1e6)} µs`,
    );
  }
  // The engine does not know who asks; and this process is on Deno.
  if (bus === "bun") return;
  for (const amount of amounts) {
    await using engine = await Engine.start(bus);
    for (const line of await measureClaims(engine, amount)) console.log(`  ${line}`);
  }
}

const why = await missing();
if (why !== undefined) throw new Error(`Cannot measure: ${why}`);
const chosen = Deno.args.length === 0 ? busNames.slice(1) : Deno.args as BusName[];
const unknown = chosen.find((name) => name === "local" || !busNames.includes(name));
if (unknown !== undefined) throw new Error(`There is no engine for the bus "${unknown}"`);
await using generator = await Generator.build();
const { processor, system, versions, load } = await circumstances("", 1, 1);
console.log(
  `${processor}, ${system}, Deno ${versions.Deno}, Bun ${versions.Bun}; ` +
    `${number(load)} programs wanted to run before`,
);
for (const bus of chosen) await measure(bus, generator);
// Connections of buses that need not be closed.
Deno.exit();

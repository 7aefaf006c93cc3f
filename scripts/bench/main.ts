/**
 * Measures our server, the runtimes' floors and sockjs-node (`deno task bench --quick`), or
 * compares our server with that of another checkout (`deno task bench --before FOLDER`).
 *
 * Each measurement has a fresh server on one core and the load generator on another.
 * `--help` lists what can be chosen.
 *
 * @module
 */

import { type Arguments, readArguments, usage } from "./arguments.ts";
import { chart } from "./chart.ts";
import { circumstances, quietLoad } from "./circumstances.ts";
import { commandsOf } from "./commands.ts";
import { comparisonLines } from "./comparison.ts";
import { generatorCore, serverCore } from "./cores.ts";
import { Generator, missing } from "./generator.ts";
import { goalLines } from "./goals.ts";
import type { Results } from "./results.ts";
import { measureAll } from "./rounds.ts";
import { table } from "./table.ts";

/** Says something beside the results. */
const say = console.error;

async function measure(args: Arguments): Promise<Results> {
  const what = await missing();
  if (what !== undefined) throw new Error(`Cannot measure: ${what}`);
  if (generatorCore === serverCore) throw new Error("Cannot measure: there is only one core");
  say("Building the generator and, if it is missing, the package for Node");
  await using generator = await Generator.build();
  const commands = await commandsOf(args.servers, args.before);
  const where = await circumstances(args.bus, args.rounds, args.durations.counted);
  if (where.load > quietLoad && !args.patient) {
    say(`The machine is busy (load ${where.load.toFixed(2)}): do not publish these figures.`);
  }
  return { circumstances: where, ...await measureAll(generator, commands, args) };
}

async function main(): Promise<void> {
  const args = readArguments(Deno.args);
  const results: Results = args.from === undefined
    ? await measure(args)
    : JSON.parse(await Deno.readTextFile(args.from));
  const lines = [...comparisonLines(results), ...goalLines(results)];
  console.log(["", table(results), "", ...lines].join("\n"));
  if (args.out !== undefined) {
    await Deno.writeTextFile(args.out, JSON.stringify(results, undefined, 1) + "\n");
  }
  if (args.chart !== undefined) await Deno.writeTextFile(args.chart, chart(results));
  for (const failure of results.failures) say(`Failed: ${failure}`);
  if (results.failures.length > 0) Deno.exitCode = 1;
}

if (Deno.args.includes("--help")) console.log(usage);
else {
  try {
    await main();
  } catch (error) {
    say((error as Error).message);
    Deno.exitCode = 1;
  }
}

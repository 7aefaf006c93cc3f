/**
 * Describes the machine, the date and the versions of a run.
 *
 * @module
 */

import { root } from "../npm_package/project.ts";
import { run } from "../run.ts";
import { runtimeCommand, type RuntimeName } from "../runtimes.ts";
import type { Circumstances } from "./results.ts";

/** Above this load the figures say more about other programs than about servers. */
export const quietLoad = 0.5;

/** Finds it out. */
export async function circumstances(
  bus: string,
  rounds: number,
  seconds: number,
): Promise<Circumstances> {
  return {
    date: Temporal.Now.plainDateISO().toString(),
    processor: await processor(),
    cores: navigator.hardwareConcurrency,
    system: `Linux ${Deno.osRelease().replace(/-.*/, "")}`,
    load: Deno.loadavg()[0] ?? 0,
    versions: {
      "Deno": Deno.version.deno,
      "Bun": await version("bun"),
      "Node": await version("node"),
      "ws": await packageVersion("ws"),
      "sockjs": await packageVersion("sockjs"),
    },
    bus,
    rounds,
    seconds,
  };
}

async function processor(): Promise<string> {
  const text = await Deno.readTextFile("/proc/cpuinfo");
  return /^model name\s*: (.*)$/m.exec(text)?.[1] ?? Deno.build.arch;
}

async function version(runtime: RuntimeName): Promise<string> {
  const [program] = await runtimeCommand(runtime) ?? [];
  if (program === undefined) return "none";
  return (await run([program, "--version"])).trim().replace(/^v/, "");
}

async function packageVersion(name: string): Promise<string> {
  const file = new URL(`node_modules/${name}/package.json`, root);
  const { version }: { version: string } = JSON.parse(await Deno.readTextFile(file));
  return version;
}

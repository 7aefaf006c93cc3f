/**
 * Runs an example on a runtime: `deno task example chat --runtime deno|bun|node`. For Node there
 * are also `node20`, `node22` and `node24`. Other arguments go to the example: servers take
 * `--port 8080`. `raw_websocket/client` runs that file instead of the example's `main.ts`.
 *
 * @module
 */

import { nodeNames, type RuntimeName, scriptCommand } from "./runtimes.ts";

const examples = new URL("../examples/", import.meta.url);

const runtimes: readonly RuntimeName[] = ["deno", "bun", "node", ...nodeNames];

interface Arguments {
  script: URL;
  runtime: RuntimeName;
  /** What the example takes. */
  others: string[];
}

/** Reads the arguments; an Error says what is wrong with them. */
async function parse([name = "", ...others]: readonly string[]): Promise<Arguments> {
  const at = others.indexOf("--runtime");
  const [, runtime] = at < 0 ? ["", "deno"] : others.splice(at, 2);
  return { script: await scriptNamed(name), runtime: runtimeNamed(runtime ?? "nothing"), others };
}

async function scriptNamed(name: string): Promise<URL> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(examples)) {
    if (isDirectory && name !== "page") names.push(name);
  }
  const [folder = "", file = "main"] = name.split("/");
  if (names.includes(folder)) return new URL(`${folder}/${file}.ts`, examples);
  throw new Error(`the first argument is one of ${names.sort().join(", ")}, not "${name}"`);
}

function runtimeNamed(value: string): RuntimeName {
  const runtime = runtimes.find((name) => name === value);
  if (runtime !== undefined) return runtime;
  throw new Error(`--runtime takes ${runtimes.join(" or ")}: the value is ${value}`);
}

/** Runs the example until it ends, and gives back its exit code. */
async function run({ script, runtime, others }: Arguments): Promise<number> {
  const [program, ...args] = await scriptCommand(runtime, script) ?? [];
  if (program === undefined) {
    throw new Error(`${runtime} is neither on this machine nor to be had`);
  }
  const child = new Deno.Command(program, {
    args: [...args, ...others],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
  return (await child.status).code;
}

try {
  Deno.exit(await run(await parse(Deno.args)));
} catch (error) {
  console.error(`Cannot run the example: ${(error as Error).message}`);
  Deno.exit(2);
}

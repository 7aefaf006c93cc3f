/**
 * Runs an example on a runtime: `deno task example chat --runtime deno|bun|node`. Of Node
 * there are also `node20`, `node22` and `node24`. All other arguments go to the example:
 * servers take `--port 8080`.
 *
 * @module
 */

import { nodeNames, type RuntimeName, scriptCommand } from "./runtimes.ts";

const examples = new URL("../examples/", import.meta.url);

/** A program that is no server, so its file is not `main.ts`. */
const client = "raw_websocket/client";

const runtimes: readonly RuntimeName[] = ["deno", "bun", "node", ...nodeNames];

interface Arguments {
  script: URL;
  runtime: RuntimeName;
  /** What the example takes. */
  others: string[];
}

/** Reads the arguments; an Error says what is wrong with them. */
async function parse([name = "", ...given]: readonly string[]): Promise<Arguments> {
  let runtime = "deno";
  const others: string[] = [];
  for (let arg = given.shift(); arg !== undefined; arg = given.shift()) {
    if (arg === "--runtime") runtime = given.shift() ?? "";
    else if (arg.startsWith("--runtime=")) runtime = arg.slice("--runtime=".length);
    // As npm's users write it: task start -- --port 8080
    else if (arg !== "--") others.push(arg);
  }
  return { script: await scriptNamed(name), runtime: runtimeNamed(runtime), others };
}

async function scriptNamed(name: string): Promise<URL> {
  const names = [client];
  for await (const folder of Deno.readDir(examples)) {
    if (await isFile(new URL(`${folder.name}/main.ts`, examples))) names.push(folder.name);
  }
  if (name === client) return new URL(`${name}.ts`, examples);
  if (names.includes(name)) return new URL(`${name}/main.ts`, examples);
  throw new Error(`"${name}" is not an example; the examples are ${names.sort().join(", ")}`);
}

async function isFile(url: URL): Promise<boolean> {
  return await Deno.stat(url).then((file) => file.isFile, () => false);
}

function runtimeNamed(value: string): RuntimeName {
  const runtime = runtimes.find((name) => name === value);
  if (runtime !== undefined) return runtime;
  throw new Error(`--runtime takes ${runtimes.join(", ")}, not "${value}"`);
}

/** Runs the example until it ends, and gives back its exit code. */
async function run({ script, runtime, others }: Arguments): Promise<number> {
  const slow = setTimeout(() => {
    console.error(`Preparing ${runtime}; the first time takes a while.`);
  }, 2500);
  const [program, ...args] = await scriptCommand(runtime, script) ?? [];
  clearTimeout(slow);
  if (program === undefined) {
    throw new Error(`${runtime} is not installed, and npm could not fetch it`);
  }
  const child = new Deno.Command(program, {
    args: [...args, ...others],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch {
        // It has ended: Ctrl-C reaches both processes.
      }
    });
  }
  return (await child.status).code;
}

try {
  Deno.exit(await run(await parse(Deno.args)));
} catch (error) {
  console.error(`Cannot start: ${(error as Error).message}`);
  Deno.exit(1);
}

/**
 * Starts the example's test server on a runtime:
 * `deno task test-server --runtime deno|bun|node --port 8081`. Of Node there are
 * also `node20`, `node22` and `node24`; `--via node|hono` is the example's own.
 *
 * @module
 */

import { nodeNames, type RuntimeName, scriptCommand } from "./runtimes.ts";

const main = new URL("../examples/test_server/main.ts", import.meta.url);

const runtimes: readonly RuntimeName[] = ["deno", "bun", "node", ...nodeNames];

interface Arguments {
  runtime: RuntimeName;
  port: string;
  /** What the example takes besides. */
  others: string[];
}

/** Reads the arguments; an Error says what is wrong with them. */
function parse(args: readonly string[]): Arguments {
  const parsed: Arguments = { runtime: "deno", port: "8081", others: [] };
  for (let at = 0; at < args.length; at += 2) {
    const [name, value = "nothing"] = args.slice(at, at + 2);
    if (name === "--runtime") {
      parsed.runtime = runtimeNamed(value);
    } else if (name === "--port") {
      if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 65535) {
        throw new Error(`--port takes 0 to 65535: the value is ${value}`);
      }
      parsed.port = value;
    } else if (name === "--via") {
      parsed.others.push(name, value);
    } else {
      throw new Error(`${name} is unknown: there are --runtime, --port and --via`);
    }
  }
  return parsed;
}

function runtimeNamed(value: string): RuntimeName {
  const runtime = runtimes.find((name) => name === value);
  if (runtime !== undefined) return runtime;
  throw new Error(`--runtime takes ${runtimes.join(" or ")}: the value is ${value}`);
}

/** Runs the server until it ends, and gives back its exit code. */
async function run({ runtime, port, others }: Arguments): Promise<number> {
  const [program, ...args] = await scriptCommand(runtime, main) ?? [];
  if (program === undefined) {
    throw new Error(`${runtime} is neither on this machine nor to be had`);
  }
  const child = new Deno.Command(program, {
    args: [...args, "--port", port, ...others],
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
  Deno.exit(await run(parse(Deno.args)));
} catch (error) {
  console.error(`Cannot start the test server: ${(error as Error).message}`);
  Deno.exit(2);
}

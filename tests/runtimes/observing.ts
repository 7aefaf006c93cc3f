/**
 * Runs the probes on a runtime, and returns their observations.
 *
 * @module
 */

import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";

const script = new URL("./main.ts", import.meta.url).pathname;

/** How long all probes together may take, in ms; each of them gives up long before. */
const timeLimit = 40_000;

/** What a probe saw, or why it saw nothing. */
export type Observation = { sees: unknown } | { failed: string };

/** Runs all probes, and gives what they saw by their names. */
export async function observe(
  runtime: RuntimeName,
): Promise<Partial<Record<string, Observation>>> {
  const [program, ...args] = await runtimeCommand(runtime) ?? [];
  if (program === undefined) throw new Error(`${runtime} is not here`);
  const { code, signal, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, script],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(timeLimit),
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`The probes ended with ${signal ?? code}: ${decoder.decode(stderr)}`);
  }
  return JSON.parse(decoder.decode(stdout));
}

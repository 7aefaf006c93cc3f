/**
 * Registers cases as tests on every runtime that has `node:http`: on Node with the npm package,
 * elsewhere with the sources.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { nodeNames, type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { presentHosts } from "../support/hosts.ts";
import type { Cases } from "./case_site.ts";

const present: ReadonlySet<string> = presentHosts;

/** @param script the file of the cases; it ends with `runCases`. */
export function onEachRuntime(script: URL, cases: Cases): void {
  for (const runtime of [...nodeNames, "deno", "bun"] as const) {
    let results: Promise<Record<string, string>> | undefined;
    for (const name of Object.keys(cases)) {
      Deno.test({
        name: `${runtime} sockjs-node: ${name}`,
        ignore: !present.has(runtime),
        // The process outlives the first test.
        sanitizeOps: false,
        sanitizeResources: false,
        async fn() {
          results ??= runOn(runtime, script);
          assertEquals((await results)[name] ?? "It did not end", "");
        },
      });
    }
  }
}

/** What each case has failed with. One that never ends keeps those after it from running. */
async function runOn(runtime: RuntimeName, script: URL): Promise<Record<string, string>> {
  const [program = "", ...args] = await scriptCommand(runtime, script) ?? [];
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "--run-cases"],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const lines = new TextDecoder().decode(stdout).trim();
  if (lines === "") throw new Error(new TextDecoder().decode(stderr));
  return Object.fromEntries(lines.split("\n").map((line) => JSON.parse(line)));
}

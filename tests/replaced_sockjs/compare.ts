/**
 * Prints all that programs get with `sockjs`, and with our package in its place: equal, or both
 * values and the words of the migration page that say why they differ.
 *
 *     deno run -A tests/replaced_sockjs/compare.ts [runtime of ours, node24 unless given]
 *
 * @module
 */

import type { RuntimeName } from "../../scripts/runtimes.ts";
import { Projects } from "./comparison.ts";
import { compareDevServers } from "./dev_server_facts.ts";
import { DevServerProjects, releases } from "./dev_server_projects.ts";
import { type Comparison, describe } from "./facts.ts";
import { programs } from "./programs.ts";

const runtime = (Deno.args[0] ?? "node24") as RuntimeName;
let faults = 0;

function print(title: string, comparisons: readonly Comparison[]): void {
  console.log(`\n${title}\n${comparisons.map(describe).join("\n")}`);
  faults += comparisons.filter(({ fault }) => fault !== "").length;
}

{
  await using projects = await Projects.make();
  for (const program of programs) {
    if (!program.runtimes.includes(runtime)) continue;
    const { name, original } = program;
    const compared = typeof original === "string" ? original : "what must be found";
    print(
      `${name} on ${runtime}, compared to ${compared}`,
      await projects.compare(program, runtime),
    );
  }
}
{
  await using projects = new DevServerProjects();
  for (const release of releases) {
    const title = `webpack-dev-server ${release.version} on node24, compared to sockjs 0.3.24`;
    print(title, await compareDevServers(projects, release));
  }
}
console.log(`\n${faults} faults`);
Deno.exitCode = faults > 0 ? 1 : 0;

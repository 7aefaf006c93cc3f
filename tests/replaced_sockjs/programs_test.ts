/** Tests of programs that use `sockjs`, with our package in its place. */

import { presentHosts } from "../support/hosts.ts";
import { canInstall } from "../support/can_install.ts";
import { Projects } from "./comparison.ts";
import { describe } from "./facts.ts";
import { assertOnPage } from "./migration_page.ts";
import { programs } from "./programs.ts";

const present: ReadonlySet<string> = presentHosts;

let projects: Promise<Projects> | undefined;

Deno.test.afterAll(async () => {
  // What kept them from being made has failed the tests.
  await (await projects?.catch(() => undefined))?.[Symbol.asyncDispose]();
});

for (const program of programs) {
  for (const runtime of program.runtimes) {
    Deno.test({
      name: `${runtime} ${program.name}: as with sockjs, or different as documented`,
      ignore: !present.has(runtime) || !canInstall,
      async fn() {
        projects ??= Projects.make();
        const comparisons = await (await projects).compare(program, runtime);
        const wrong = comparisons.filter(({ fault }) => fault !== "");
        if (wrong.length > 0) throw new Error(`\n${wrong.map(describe).join("\n")}`);
        for (const { line } of comparisons) if (line !== undefined) assertOnPage(line);
      },
    });
  }
}

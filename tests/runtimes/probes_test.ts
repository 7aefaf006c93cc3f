/**
 * Tests what this project relies on in the runtimes. A failure after an upgrade names the file
 * where a workaround can go or is missing.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { expectations } from "./expectations/all.ts";
import type { Probed } from "./expectations/expectation.ts";
import { type Observation, observe } from "./observing.ts";

const runtimeNames: readonly Probed[] = ["deno", "bun"];

type Observations = Partial<Record<string, Observation>>;

const present: Probed[] = [];
for (const runtime of runtimeNames) {
  // Where everything must be there, starting the probes fails instead.
  if (await runtimeCommand(runtime) !== undefined || Deno.env.get("CI") === "true") {
    present.push(runtime);
  } else {
    console.log(`${runtime} is not on this machine: its probes are skipped`);
  }
}

let started: ReadonlyMap<Probed, Promise<PromiseSettledResult<Observations>>> | undefined;

/** Most of the time goes by in waiting, so all runtimes wait together. */
function start() {
  return new Map(present.map((runtime) => {
    const settled = Promise.allSettled([observe(runtime)]).then(([result]) => result);
    return [runtime, settled] as const;
  }));
}

async function observationsOn(runtime: Probed): Promise<Observations> {
  started ??= start();
  const result = await started.get(runtime);
  if (result?.status === "fulfilled") return result.value;
  throw new Error(`The probes on ${runtime} failed`, { cause: result?.reason });
}

for (const runtime of runtimeNames) {
  const ignore = !present.includes(runtime);
  for (const [probe, row] of Object.entries(expectations)) {
    const expectation = row[runtime];
    if (expectation === undefined) continue;
    Deno.test({
      name: `probe on ${runtime}: ${expectation.says}`,
      ignore,
      fn: async () => {
        const observation = (await observationsOn(runtime))[probe] ??
          { failed: "There is no such probe" };
        assert("sees" in observation, `${probe}: ${JSON.stringify(observation)}`);
        const expected = { sees: expectation.sees, where: row.place };
        assertEquals({ sees: observation.sees, where: row.place }, expected);
      },
    });
  }
  Deno.test({
    name: `probe on ${runtime}: every probe has an expectation`,
    ignore,
    fn: async () => {
      const unexpected = Object.keys(await observationsOn(runtime))
        .filter((probe) => expectations[probe]?.[runtime] === undefined);
      assertEquals(unexpected, []);
    },
  });
}

Deno.test("every place that expects something of a runtime exists", async () => {
  const root = new URL("../../", import.meta.url);
  const places = new Set(Object.values(expectations).map(({ place }) => place));
  for (const place of places) {
    const { isFile } = await Deno.stat(new URL(place, root));
    assert(isFile, place);
  }
});

// With a filter, not every runtime's observations are awaited.
Deno.test.afterAll(async () => {
  await Promise.all(started?.values() ?? []);
});

import { fakeTime } from "../../support/fake_time.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { ClusterModel } from "./cluster_model.ts";
import { runSchedule, shrink } from "./schedules.ts";

/**
 * The first seed, how many schedules, and the numbers of the steps if they are not all:
 * `CARRYING_SEED=1234 CARRYING_SCHEDULES=1 CARRYING_STEPS=3,14 deno test …`.
 */
const seed = Number(Deno.env.get("CARRYING_SEED") ?? Date.now() % 1e9);
const schedules = Number(Deno.env.get("CARRYING_SCHEDULES") ?? 1000);
const only = Deno.env.get("CARRYING_STEPS")?.split(",").map(Number);

async function run(random: SeededRandom, steps: readonly SeededRandom[]): Promise<void> {
  using time = fakeTime();
  using model = new ClusterModel(random, time);
  try {
    await model.start();
    for (const step of steps) await model.step(step);
    await model.finish();
  } catch (error) {
    throw new Error(model.history.join("\n"), { cause: error });
  }
}

Deno.test(`servers share sessions in ${schedules} schedules from seed ${seed}`, async () => {
  for (let i = 0; i < schedules; i++) {
    try {
      await runSchedule(seed + i, run, only);
    } catch (first) {
      const { steps, error } = only === undefined
        ? await shrink(seed + i, run, first)
        : { steps: only, error: first };
      const how = `CARRYING_SEED=${seed + i} CARRYING_SCHEDULES=1`;
      throw new Error(`${how} CARRYING_STEPS=${steps}`, { cause: error });
    }
  }
});

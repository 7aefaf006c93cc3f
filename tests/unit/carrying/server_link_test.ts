import { SeededRandom } from "../../support/seeded_random.ts";
import { fakeTime } from "../../support/fake_time.ts";
import { LinkModel } from "./link_model.ts";

/** The first seed, and how many schedules: `LINK_SEED=1234 LINK_SCHEDULES=1 deno test …`. */
const seed = Number(Deno.env.get("LINK_SEED") ?? Date.now() % 1e9);
const schedules = Number(Deno.env.get("LINK_SCHEDULES") ?? 2000);

Deno.test(`links keep their promises in ${schedules} schedules from seed ${seed}`, async () => {
  for (let i = 0; i < schedules; i++) {
    using time = fakeTime();
    const random = new SeededRandom(seed + i);
    const model = new LinkModel(random, time);
    try {
      for (let steps = random.pick([5, 20, 60]); steps > 0; steps--) await model.step();
      await model.finish();
    } catch (error) {
      throw new Error(`LINK_SEED=${seed + i} LINK_SCHEDULES=1`, { cause: error });
    }
  }
});

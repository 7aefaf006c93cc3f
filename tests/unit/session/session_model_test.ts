import { assert } from "@std/assert";
import { SeededRandom } from "../../support/seeded_random.ts";
import { DirectSubject } from "./direct_subject.ts";
import { type Trial, tryOut } from "./session_model_run.ts";
import { ServedSubject } from "./served_subject.ts";
import { drawSchedule } from "./session_schedule.ts";

/** The first seed, and how many schedules: `MODEL_SEED=1234 MODEL_SCHEDULES=1 deno test …`. */
const seed = Number(Deno.env.get("MODEL_SEED") ?? Date.now() % 1e9);
const schedules = Number(Deno.env.get("MODEL_SCHEDULES") ?? 100_000);

/** Draws schedules one after the other, until one goes wrong. */
async function tryAll(count: number, trial: Trial): Promise<void> {
  for (let i = 0; i < count; i++) {
    const report = await tryOut(drawSchedule(new SeededRandom(seed + i), trial.bounds), trial);
    assert(report === undefined, `MODEL_SEED=${seed + i} MODEL_SCHEDULES=1\n${report}`);
  }
}

Deno.test(`sessions do what the model does in ${schedules} schedules from seed ${seed}`, async () => {
  await tryAll(schedules, {
    make: (world, tick) => new DirectSubject(world, tick),
    bounds: {
      slots: ["a", "b", "websocket", "raw"],
      without: new Set(),
      highWaterMark: 100,
      maxBufferedBytes: 300,
      maxSessions: [Infinity, Infinity, 2, 3],
      frameSize: 60,
      maxChecks: 0,
      spreads: [0, 0, 100, 1000],
      heartbeatDelays: [25000, 3000],
    },
    unhurried: new Set(),
  });
});

const served = Math.ceil(schedules / 100);

Deno.test(`a server does so over xhr in ${served} schedules from seed ${seed}`, async () => {
  await tryAll(served, {
    make: (world, tick) => new ServedSubject(world, tick),
    bounds: {
      slots: ["a", "b"],
      // Its clients always read, and nothing here is enough to make a sender wait.
      without: new Set(["stall", "unstall", "pause", "resume"]),
      highWaterMark: 64 * 1024,
      maxBufferedBytes: 16 * 1024 * 1024,
      maxSessions: [Infinity, 1],
      frameSize: 256 * 1024,
      maxChecks: 5,
      // A second receiver, in whose patience a session is closed, would depend on milliseconds.
      spreads: [0],
      // None: a stream that ends with one needs turns of the event loop, and fake time has none.
      heartbeatDelays: [1e9],
    },
    // A client asks again when its response has ended, which takes turns.
    unhurried: new Set(["attach", "send", "abort"]),
  });
});

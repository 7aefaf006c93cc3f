import { assertEquals } from "@std/assert";
import { SelfPing } from "../../../../src/cluster/redis_bus/self_ping.ts";
import { fakeTime, pass } from "../../../support/fake_time.ts";

/** A ping that hears itself, or not, as `engine` says. */
function open(): {
  ping: SelfPing;
  engine: { count: number | undefined; hears: boolean; answers: boolean };
  seen: { deaf: number; ticks: number };
} {
  const engine = { count: 1 as number | undefined, hears: true, answers: true };
  const seen = { deaf: 0, ticks: 0 };
  const ping = new SelfPing({
    publish(payload) {
      if (!engine.answers) return Promise.reject(new Error("no answer"));
      if (engine.hears) queueMicrotask(() => ping.received(payload));
      return Promise.resolve(engine.count);
    },
    deaf: () => seen.deaf++,
    tick: () => seen.ticks++,
  });
  return { ping, engine, seen };
}

Deno.test("a subscriber that hears is never called deaf", async () => {
  using time = fakeTime();
  const { ping, seen } = open();
  for (let tick = 0; tick < 10; tick++) await pass(time, 2000);
  assertEquals(seen, { deaf: 0, ticks: 10 });
  ping.close();
  await pass(time, 10_000);
  assertEquals(seen.ticks, 10);
});

Deno.test("a subscriber is deaf if two messages are missing that the engine has taken", async () => {
  using time = fakeTime();
  const { ping, engine, seen } = open();
  await pass(time, 2000);
  engine.hears = false;
  engine.count = undefined;
  for (const deaf of [0, 0, 1, 1, 1, 2]) {
    await pass(time, 2000);
    assertEquals(seen.deaf, deaf);
  }
  ping.close();
});

Deno.test("a subscriber is deaf at once if the engine sends to nobody", async () => {
  using time = fakeTime();
  const { ping, engine, seen } = open();
  Object.assign(engine, { hears: false, count: 0 });
  await pass(time, 2000);
  assertEquals(seen.deaf, 1);
  ping.close();
});

Deno.test("an engine that does not answer says nothing about the subscriber", async () => {
  using time = fakeTime();
  const { ping, engine, seen } = open();
  engine.answers = false;
  for (let tick = 0; tick < 10; tick++) await pass(time, 2000);
  assertEquals(seen.deaf, 0);
  ping.close();
});

Deno.test("it hears itself when a message comes that was published since", async () => {
  using time = fakeTime();
  const { ping, engine, seen } = open();
  await ping.hearsItself();
  engine.hears = false;
  let hasHeard = false;
  const hearing = ping.hearsItself().then(() => hasHeard = true);
  await pass(time, 0);
  ping.received("1");
  await pass(time, 0);
  assertEquals(hasHeard, false);
  ping.received("2");
  await hearing;
  assertEquals(seen.deaf, 0);
  ping.close();
});

Deno.test("what others publish to its channel does not count", async () => {
  using time = fakeTime();
  const { ping, engine, seen } = open();
  engine.hears = false;
  engine.count = undefined;
  const hearing = ping.hearsItself();
  for (const payload of ["", "garbage", "NaN", "2", "Infinity"]) ping.received(payload);
  ping.received("1");
  await hearing;
  for (let tick = 0; tick < 3; tick++) await pass(time, 2000);
  assertEquals(seen.deaf, 1);
  ping.close();
});

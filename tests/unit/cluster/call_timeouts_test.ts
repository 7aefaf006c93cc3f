import { assertEquals, assertRejects } from "@std/assert";
import { CallTimeouts } from "../../../src/cluster/call_timeouts.ts";
import { fakeTime } from "../../support/fake_time.ts";

const never = () => new Promise<never>(() => {});

/** Whether a promise has settled. */
function watched(promise: Promise<unknown>): { isSettled: boolean } {
  const state = { isSettled: false };
  promise.catch(() => {}).finally(() => state.isSettled = true);
  return state;
}

Deno.test("a call gives what it gives in time", async () => {
  const calls = new CallTimeouts(1000);
  assertEquals(await calls.run("find", () => Promise.resolve(1)), 1);
  const failed = () => Promise.reject(new RangeError("no"));
  await assertRejects(() => calls.run("find", failed), RangeError, "no");
  const thrown = () => {
    throw new TypeError("thrown");
  };
  await assertRejects(() => calls.run("find", thrown), TypeError, "thrown");
});

Deno.test("each call without an answer rejects after its own time", async () => {
  using time = fakeTime();
  const calls = new CallTimeouts(1000);
  const first = calls.run("find", never);
  const firstState = watched(first);
  await time.tickAsync(400);
  const answered = calls.run("find", () => Promise.resolve(2));
  const second = calls.run("claim", never);
  const secondState = watched(second);
  await time.tickAsync(599);
  assertEquals([firstState.isSettled, await answered], [false, 2]);
  await time.tickAsync(1);
  assertEquals([firstState.isSettled, secondState.isSettled], [true, false]);
  await assertRejects(() => first, Error, "Cannot find: no answer within 1000 ms");
  await time.tickAsync(399);
  assertEquals(secondState.isSettled, false);
  await time.tickAsync(1);
  await assertRejects(() => second, Error, "Cannot claim: no answer within 1000 ms");
});

Deno.test("what a call gives after its time is ignored", async () => {
  using time = fakeTime();
  const calls = new CallTimeouts(1000);
  const { promise, reject } = Promise.withResolvers<void>();
  const late = calls.run("publish", () => promise);
  const state = watched(late);
  await time.tickAsync(1000);
  assertEquals(state.isSettled, true);
  reject(new Error("late"));
  await assertRejects(() => late, Error, "no answer");
});

Deno.test("all calls that wait can be rejected, and later ones have their own time", async () => {
  using time = fakeTime();
  const calls = new CallTimeouts(1000);
  const waiting = [calls.run("find", never), calls.run("publish", never)];
  waiting.forEach(watched);
  calls.rejectAll("the bus is closed");
  await assertRejects(() => waiting[0]!, Error, "Cannot find: the bus is closed");
  await assertRejects(() => waiting[1]!, Error, "Cannot publish: the bus is closed");
  await time.tickAsync(500);
  const next = calls.run("find", never);
  const state = watched(next);
  await time.tickAsync(999);
  assertEquals(state.isSettled, false);
  await time.tickAsync(1);
  assertEquals(state.isSettled, true);
});

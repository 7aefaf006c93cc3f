import { assertEquals, assertRejects } from "@std/assert";
import { Answering } from "../../../src/carrying/answer.ts";
import { Timeouts } from "../../../src/event_loop/timeouts.ts";
import { fakeTime, pass } from "../../support/fake_time.ts";

/** One that has 3 s, and how often it was late. */
function newAnswering() {
  const seen = { late: 0 };
  return { seen, answering: new Answering<number>(new Timeouts(3000), () => seen.late++) };
}

Deno.test("the first answer counts", async () => {
  using time = fakeTime();
  const { seen, answering } = newAnswering();
  answering.answered(1);
  answering.refused("none");
  answering.failed(new Error());
  await pass(time, 10_000);
  assertEquals([await answering.answer, seen.late], [{ value: 1 }, 0]);
});

Deno.test("without an answer in time, it is late, once", async () => {
  using time = fakeTime();
  const { seen, answering } = newAnswering();
  await pass(time, 2900);
  assertEquals(seen.late, 0);
  await pass(time, 10_000);
  answering.answered(1);
  assertEquals([await answering.answer, seen.late], [{ refusal: "late" }, 1]);
});

Deno.test("after a sign of life the answer may take any time", async () => {
  using time = fakeTime();
  const { seen, answering } = newAnswering();
  answering.wait();
  await pass(time, 100_000);
  answering.refused("none");
  assertEquals([await answering.answer, seen.late], [{ refusal: "none" }, 0]);
});

Deno.test("an error is the caller's", async () => {
  using time = fakeTime();
  const { seen, answering } = newAnswering();
  answering.failed(new Error("broken"));
  await assertRejects(() => answering.answer, Error, "broken");
  await pass(time, 10_000);
  assertEquals(seen.late, 0);
});

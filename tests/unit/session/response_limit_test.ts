import { assertEquals } from "@std/assert";
import { ResponseLimit } from "../../../src/session/response_limit.ts";
import { fakeTime } from "../../support/fake_time.ts";

const limits = { responseLimit: 100, responseTimeLimit: 5000 };

Deno.test("a frame that reaches the limit is the last one", () => {
  const limit = new ResponseLimit(limits);
  assertEquals([limit.take(60), limit.take(39), limit.take(1)], [true, true, false]);
});

Deno.test("after its time, the next frame is the last one", () => {
  using time = fakeTime();
  const limit = new ResponseLimit(limits);
  time.tick(4999);
  assertEquals(limit.take(1), true);
  time.tick(1);
  assertEquals(limit.take(1), false);
});

Deno.test("an exhausted one takes one more frame", () => {
  const limit = new ResponseLimit(limits);
  limit.exhaust();
  assertEquals(limit.take(1), false);
});

import { assertEquals, assertRejects } from "@std/assert";
import { attempt, callSafely } from "../../../src/cluster/attempt.ts";

Deno.test("a method that throws is one that rejects", async () => {
  const failing = () => {
    throw new Error("no promise");
  };
  await assertRejects(() => attempt(failing), Error, "no promise");
  assertEquals(await attempt(() => Promise.resolve(1)), 1);
});

Deno.test("whatever a function throws or rejects with is told, and is no unhandled rejection", async () => {
  const told: unknown[] = [];
  const failed = (error: unknown) => told.push(error);
  callSafely(() => {
    throw 1;
  }, failed);
  callSafely(() => Promise.reject(2), failed);
  callSafely(() => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(3) }), failed);
  callSafely(() => {
    return {
      get then() {
        throw 4;
      },
    };
  }, failed);
  callSafely(() => Promise.resolve(5), failed);
  callSafely(() => 6, failed);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(told.sort(), [1, 2, 3, 4]);
});

import { assertEquals, assertRejects } from "@std/assert";
import { attempt } from "../../../src/cluster/attempt.ts";

Deno.test("a method that throws is one that rejects", async () => {
  const failing = () => {
    throw new Error("no promise");
  };
  await assertRejects(() => attempt(failing), Error, "no promise");
  assertEquals(await attempt(() => Promise.resolve(1)), 1);
});

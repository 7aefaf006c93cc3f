import { assertEquals } from "@std/assert";
import { Hold } from "../../src/hold.ts";
import { microtasks } from "./fake_time.ts";

Deno.test("those who wait go on at the end of the pause, all of them", async () => {
  const hold = new Hold();
  assertEquals([hold.holds, hold.over], [false, undefined]);
  hold.begin();
  const went: string[] = [];
  for (const name of ["one", "two"]) hold.over?.then(() => went.push(name));
  await microtasks();
  assertEquals([hold.holds, went], [true, []]);
  hold.end();
  await microtasks();
  assertEquals([hold.holds, hold.over, went], [false, undefined, ["one", "two"]]);
});

Deno.test("a pause that begins twice loses nobody who waits, and one that ends twice is over", async () => {
  const hold = new Hold();
  hold.begin();
  const { over } = hold;
  hold.begin();
  hold.end();
  hold.end();
  await over;
  hold.begin();
  assertEquals(hold.holds, true);
});

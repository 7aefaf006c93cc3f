import { assertEquals } from "@std/assert";
import { Hold } from "../../src/hold.ts";
import { microtasks } from "./fake_time.ts";

Deno.test("those who wait go on at the end of the pause, all of them", async () => {
  const hold = new Hold();
  const went: string[] = [];
  for (const name of ["one", "two"]) hold.over.then(() => went.push(name));
  await microtasks();
  assertEquals(went, []);
  hold.end();
  await microtasks();
  assertEquals(went, ["one", "two"]);
});

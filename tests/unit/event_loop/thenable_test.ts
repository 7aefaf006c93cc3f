/** Which values are promises. */

import { assertEquals } from "@std/assert";
import { isThenable } from "../../../src/event_loop/thenable.ts";

Deno.test("a promise, and any object with a method then, is thenable", () => {
  assertEquals([Promise.resolve(), { then() {} }].map(isThenable), [true, true]);
});

Deno.test("nothing else is thenable", () => {
  const others = [undefined, null, "then", 1, {}, { then: 1 }, []];
  assertEquals(others.filter(isThenable), []);
});

import { assertEquals } from "@std/assert";
import { Claims } from "../../../../src/cluster/local_bus/claims.ts";
import { fakeTime } from "../../../support/fake_time.ts";

Deno.test("a key belongs to its first claimer until the end of the claim, or its release", () => {
  using time = fakeTime();
  const claims = new Claims();
  assertEquals([claims.claim("k", "a", 100), claims.claim("k", "b", 100)], ["a", "a"]);
  claims.release("k", "b");
  assertEquals(claims.find("k"), "a");
  time.tick(99);
  assertEquals(claims.find("k"), "a");
  time.tick(1);
  assertEquals([claims.find("k"), claims.claim("k", "b", 100)], [undefined, "b"]);
  claims.release("k", "b");
  assertEquals(claims.find("k"), undefined);
});

Deno.test("only the holder renews a claim, and a claim that has ended stays so", () => {
  using time = fakeTime();
  const claims = new Claims();
  claims.claim("k", "a", 100);
  time.tick(60);
  assertEquals([claims.renew("k", "b", 100), claims.renew("k", "a", 100)], [false, true]);
  time.tick(60);
  assertEquals(claims.find("k"), "a");
  time.tick(60);
  assertEquals([claims.renew("k", "a", 100), claims.find("k")], [false, undefined]);
});

Deno.test("claims that have ended are swept, and others stay", () => {
  using time = fakeTime();
  const claims = new Claims();
  claims.claim("short", "a", 10);
  claims.claim("long", "a", 100);
  time.tick(50);
  claims.sweep();
  assertEquals([claims.size, claims.find("long")], [1, "a"]);
  claims.clear();
  assertEquals(claims.size, 0);
});

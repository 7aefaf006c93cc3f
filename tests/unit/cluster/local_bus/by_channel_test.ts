import { assertEquals } from "@std/assert";
import { ByChannel, forEachPresent } from "../../../../src/cluster/local_bus/by_channel.ts";

Deno.test("add and remove tell which thing is a channel's first and its last", () => {
  const things = new ByChannel<string>();
  assertEquals([things.add("c", "a"), things.add("c", "b"), things.add("c", "b")], [
    true,
    false,
    false,
  ]);
  assertEquals([things.remove("c", "a"), things.remove("c", "a"), things.remove("c", "b")], [
    false,
    false,
    true,
  ]);
  assertEquals([things.remove("c", "b"), things.of("c"), [...things.channels]], [
    false,
    undefined,
    [],
  ]);
});

Deno.test("a thing is removed from all channels, and others stay", () => {
  const things = new ByChannel<string>();
  for (const [channel, thing] of [["c", "a"], ["d", "a"], ["d", "b"]]) things.add(channel!, thing!);
  things.removeAll("a");
  assertEquals([[...things.channels], [...things.of("d")!]], [["d"], ["b"]]);
});

Deno.test("things that renew themselves have one turn, and those that are removed before it have none", () => {
  const things = new Set(["a", "b", "c"]);
  const turns: string[] = [];
  forEachPresent(things, (thing) => {
    // Without an end, it would go on for ever.
    if (turns.push(thing) > 10) throw new Error("no end");
    things.delete(thing);
    things.add(thing);
    things.add(`new ${thing}`);
    things.delete("b");
  });
  assertEquals(turns, ["a", "c"]);
  forEachPresent(undefined, () => turns.push("none"));
  assertEquals(turns.length, 2);
});

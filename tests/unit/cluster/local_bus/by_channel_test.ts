import { assertEquals } from "@std/assert";
import { ByChannel } from "../../../../src/cluster/local_bus/by_channel.ts";

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

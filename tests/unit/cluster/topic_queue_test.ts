import { assertEquals } from "@std/assert";
import { TopicQueue } from "../../../src/cluster/topic_queue.ts";

Deno.test("a queue gives topics in the order in which they came, each once, without those that were removed", () => {
  const queue = new TopicQueue();
  for (const topic of ["a", undefined, "b", "c", "a"]) queue.add(topic);
  assertEquals([queue.take(), queue.take()], ["a", undefined]);
  assertEquals([queue.delete("b"), queue.delete("a")], [true, false]);
  queue.add("a");
  assertEquals([queue.size, queue.take(), queue.take(), queue.size], [2, "c", "a", 0]);
});

Deno.test("a queue that was empty goes on with what comes later", () => {
  const queue = new TopicQueue();
  for (let round = 0; round < 3; round++) {
    queue.add("a");
    queue.add("b");
    assertEquals([queue.take(), queue.take(), queue.size], ["a", "b", 0]);
  }
  queue.add("a");
  queue.clear();
  queue.add("b");
  assertEquals(queue.take(), "b");
});

import { assert, assertEquals } from "@std/assert";
import type { Bus } from "../../../src/cluster/bus.ts";
import type { Topic } from "../../../src/cluster/topic_queue.ts";
import { TopicSubscriptions } from "../../../src/cluster/topic_subscriptions.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { MemoryEngine } from "../../support/memory_bus.ts";

/** Subscriptions over a bus that refuses some topics, and what it is asked for. */
function subscriptions() {
  const bus: Bus = new MemoryEngine().open();
  const asked: string[] = [];
  const there = new Set<string>();
  const state = { answers: true, refuses: (_channel: string) => true };
  bus.subscribe = (channel) => {
    asked.push(channel);
    if (!state.answers) return new Promise(() => {});
    if (state.refuses(channel)) return Promise.reject(new Error("down"));
    return Promise.resolve(void there.add(channel));
  };
  const topics = new TopicSubscriptions(bus, {
    channelOf: (topic: Topic) => `${topic}`,
    received: () => {},
    failed: () => {},
  });
  const add = (start: string, count: number) => {
    for (let i = 0; i < count; i++) topics.add(`${start} ${i}`);
  };
  return { topics, add, asked, there, state };
}

Deno.test("a bus that refuses everything is asked a hundred times at a time, and ever less often", async () => {
  using time = fakeTime();
  const { topics, add, asked, there, state } = subscriptions();
  add("topic", 20_000);
  await microtasks();
  assertEquals(asked.length, 1000);
  let delay = 100;
  for (let round = 0; round < 10; round++) {
    const before = asked.length;
    await pass(time, delay - 1);
    assertEquals(asked.length, before);
    await pass(time, 1);
    assertEquals(asked.length, before + 100);
    delay = Math.min(2 * delay, 3200);
  }
  assertEquals(new Set(asked).size, asked.length, "each had its turn before one had two");
  state.refuses = () => false;
  await pass(time, delay);
  // It goes on at full speed.
  for (let i = 0; i < 1000 && there.size < 20_000; i++) await microtasks();
  assertEquals(there.size, 20_000);
  state.answers = false;
  const before = asked.length;
  add("later", 2000);
  assertEquals(asked.length, before + 1000);
  topics.close();
});

Deno.test("topics that are subscribed to one after the other get no more attempts from a bus that refuses", async () => {
  using time = fakeTime();
  const { topics, add, asked } = subscriptions();
  for (let i = 0; i < 50; i++) {
    add(`turn ${i}`, 100);
    await microtasks();
  }
  assertEquals(asked.length, 100);
  await pass(time, 100);
  assertEquals(asked.length, 200);
  topics.close();
});

Deno.test("topics that the bus refuses do not keep others from their turn", async () => {
  using time = fakeTime();
  const { topics, add, asked, there, state } = subscriptions();
  state.refuses = (channel) => channel.startsWith("bad");
  add("bad", 2000);
  for (let i = 0; i < 15; i++) await pass(time, 3200);
  // New ones have places of their own, at once.
  add("good", 10);
  await microtasks();
  assertEquals(there.size, 10);
  // All others follow, and refused ones are tried again meanwhile.
  for (let i = 0; i < 20; i++) {
    add(`bad ${i}`, 100);
    add(`good ${i}`, 100);
  }
  for (let i = 0; i < 100; i++) await pass(time, 100);
  assertEquals(there.size, 2010);
  state.refuses = () => false;
  for (let i = 0; i < 100; i++) await pass(time, 100);
  assertEquals(there.size, 6010);
  assert(asked.length < 6010 + 20_000, `${asked.length} attempts`);
  topics.close();
});

Deno.test("a refused topic that loses its last subscriber is not tried again, nor any after the end", async () => {
  using time = fakeTime();
  const { topics, add, asked } = subscriptions();
  add("topic", 3);
  await microtasks();
  topics.remove("topic 1");
  await pass(time, 100);
  assertEquals(asked.slice(3), ["topic 0", "topic 2"]);
  add("last", 1);
  topics.close();
  topics.retry();
  await pass(time, 10_000);
  assertEquals(asked.length, 6);
});

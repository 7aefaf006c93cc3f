import { assertEquals } from "@std/assert";
import type { Bus, BusListener } from "../../../src/cluster/bus.ts";
import { ClusterTopics } from "../../../src/cluster/cluster_topics.ts";
import { SharedMessage } from "../../../src/protocol/message.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { MemoryEngine } from "../../support/memory_bus.ts";

/** Topics over a bus, and what their server is told. */
function topicsOver(bus: Bus, onGap = (_gaps: number) => {}) {
  const told = { gaps: 0, messages: [] as unknown[], warnings: [] as string[] };
  const topics = new ClusterTopics(bus, "chat", {
    deliver: (_topic, message) => told.messages.push(message.text) > 0,
    gap: () => onGap(++told.gaps),
    warnOnce: (message) => told.warnings.push(message),
    busFailed: (call) => told.warnings.push(call),
  });
  const publish = (text: string) => topics.publish(undefined, new SharedMessage(text));
  return { topics, told, publish };
}

/** A turn of the event loop, in which what was published is no longer new. */
async function nextTurn() {
  await new Promise((resolve) => setImmediate(resolve));
  await microtasks();
}

const listeners = {
  "at once": (publish: () => void) => publish(),
  "later": (publish: () => void) => void Promise.resolve().then(publish),
};
for (const [when, listener] of Object.entries(listeners)) {
  Deno.test(`a listener for gaps that publishes ${when} is called at most once a second while the bus refuses`, async () => {
    using time = fakeTime();
    const engine = new MemoryEngine();
    const publishAgain = () => listener(() => publish("reload"));
    // The end of it if the gaps have none.
    const { topics, told, publish } = topicsOver(engine.open(), (gaps) => {
      if (gaps < 50) publishAgain();
    });
    await microtasks();
    engine.error = new Error("away");
    publish("x");
    await pass(time, 0);
    assertEquals(told.gaps, 1);
    await pass(time, 999);
    assertEquals(told.gaps, 1);
    await pass(time, 1);
    assertEquals(told.gaps, when === "at once" ? 1 : 2);
    // A gap that no listener has caused is told again.
    publish("y");
    await pass(time, 1000);
    assertEquals(told.gaps, when === "at once" ? 2 : 3);
    topics.close();
    publish("z");
    await pass(time, 10_000);
    assertEquals(told.gaps, when === "at once" ? 2 : 3);
  });
}

Deno.test("the other servers are told what they miss of one that could not publish", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const bus = engine.open();
  const [a, b] = [topicsOver(bus), topicsOver(engine.open())];
  await microtasks();
  bus.error = new Error("away");
  a.publish("x");
  for (let i = 0; i < 5; i++) await pass(time, 1000);
  assertEquals([a.told.gaps, b.told.gaps], [1, 0]);
  bus.error = undefined;
  await pass(time, 1000);
  await pass(time, 0);
  assertEquals([a.told.gaps, b.told.gaps], [1, 1]);
  for (let i = 0; i < 5; i++) await pass(time, 1000);
  assertEquals([a.told.gaps, b.told.gaps], [1, 1]);
  assertEquals([b.told.messages, b.told.warnings], [[], []]);
  for (const { topics } of [a, b]) topics.close();
});

Deno.test("all that is published in one piece of code reaches a bus that takes it at once", async () => {
  const engine = new MemoryEngine();
  const bus = engine.open();
  bus.maxPayload = 2 ** 21;
  const { topics, told, publish } = topicsOver(bus);
  for (let i = 0; i < 20; i++) publish("x".repeat(2 ** 20));
  await nextTurn();
  for (let i = 0; i < 20; i++) publish("x".repeat(2 ** 20));
  await nextTurn();
  assertEquals([engine.published.length, told.gaps], [40, 0]);
  topics.close();
});

Deno.test("messages are dropped while more than 16 MiB wait for the bus, and that is a gap", async () => {
  using time = fakeTime();
  const bus = new MemoryEngine().open();
  const { topics, told, publish } = topicsOver(bus);
  await microtasks();
  const takes: ((count: number) => void)[] = [];
  bus.publish = () => new Promise((resolve) => takes.push(resolve));
  for (let i = 0; i < 20; i++) publish("x".repeat(2 ** 20));
  await nextTurn();
  publish("x");
  await pass(time, 0);
  // The last is the note for others.
  assertEquals([takes.length, told.gaps], [21, 1]);
  for (const take of takes) take(1);
  await nextTurn();
  publish("x");
  assertEquals(takes.length, 22);
  topics.close();
});

/** A bus whose subscriptions wait to be confirmed. */
function slowBus() {
  const bus = new MemoryEngine().open();
  const asked: { channel: string; confirm(): void }[] = [];
  bus.subscribe = (channel) => new Promise((resolve) => asked.push({ channel, confirm: resolve }));
  return { bus, asked };
}

Deno.test("a bus is asked for 1,000 subscriptions at a time, and never for those that ended before their turn", async () => {
  const { bus, asked } = slowBus();
  const { topics } = topicsOver(bus);
  for (let i = 0; i < 50_000; i++) {
    topics.subscribed(`short ${i}`);
    topics.unsubscribed(`short ${i}`);
  }
  for (let i = 0; i < 3000; i++) topics.subscribed(`long ${i}`);
  assertEquals(asked.length, 1000);
  for (let at = 0; at < asked.length; at++) {
    asked[at]!.confirm();
    if (at % 500 === 0) await microtasks();
    assertEquals(asked.length <= at + 1001, true);
  }
  await microtasks();
  assertEquals(asked.length, 4000);
  assertEquals(new Set(asked.map(({ channel }) => channel)).size, 4000);
  topics.close();
});

Deno.test("a bus that refuses a subscription and holds it nevertheless delivers messages once", async () => {
  using time = fakeTime();
  const bus = new MemoryEngine().open();
  const held: [channel: string, listener: BusListener][] = [];
  let refuses = true;
  bus.subscribe = (channel, listener) => {
    held.push([channel, listener]);
    return refuses ? Promise.reject(new Error("No answer")) : Promise.resolve();
  };
  const left: BusListener[] = [];
  bus.unsubscribe = (_channel, listener) => Promise.resolve(void left.push(listener));
  const { topics, told } = topicsOver(bus);
  topics.subscribed("room");
  topics.unsubscribed("room");
  topics.subscribed("lobby");
  await microtasks();
  refuses = false;
  topics.subscribed("room");
  await pass(time, 100);
  assertEquals(held.length, 6);
  for (const [, listener] of held) listener('{"from":"another"}\n"hello"');
  assertEquals(told.messages, ["hello", "hello", "hello"], "one for each channel");
  assertEquals(left.length, 3);
  assertEquals(left, held.slice(0, 3).map(([, listener]) => listener));
  topics.close();
});

Deno.test("topics that the bus has refused are tried again as soon as it is back", async () => {
  const engine = new MemoryEngine();
  const bus = engine.open();
  const { topics } = topicsOver(bus);
  await microtasks();
  engine.error = new Error("away");
  topics.subscribed("room");
  await microtasks();
  engine.error = undefined;
  for (const { back } of bus.watchers) back!({ missedMessages: true, lostClaims: false });
  await microtasks();
  assertEquals(engine.listeners.size, 2);
  topics.close();
});

const watches: Record<string, () => unknown> = {
  "throws": () => {
    throw new Error("no watchers");
  },
  "rejects": () => Promise.reject(new Error("no watchers")),
};
for (const [how, watch] of Object.entries(watches)) {
  Deno.test(`a bus whose watch ${how} carries messages, and the log says so`, async () => {
    const engine = new MemoryEngine();
    const bus = engine.open();
    bus.watch = watch;
    const [a, b] = [topicsOver(bus), topicsOver(engine.open())];
    await microtasks();
    b.publish("x");
    await nextTurn();
    assertEquals([a.told.messages, a.told.warnings], [["x"], ["watch"]]);
    for (const { topics } of [a, b]) topics.close();
  });
}

Deno.test("payloads that are no strings are dropped, and do not throw into the bus", () => {
  const bus = new MemoryEngine().open();
  const { topics, told } = topicsOver(bus);
  let listener: BusListener = () => {};
  bus.subscribe = (_channel, given) => Promise.resolve(void (listener = given));
  topics.subscribed("room");
  const payloads: unknown[] = [1, null, undefined, {}, Symbol("x"), new Uint8Array(2), ["x\n"]];
  for (const payload of payloads) listener(payload as string);
  const line = "A message on the bus was not understood, and dropped";
  assertEquals(told.warnings, payloads.map(() => line));
  topics.close();
});

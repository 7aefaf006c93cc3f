import { assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../../src/connection/connection.ts";
import { Server } from "../../../src/server/server.ts";
import { MemoryEngine } from "../../support/memory_bus.ts";
import { PollingClient } from "../../support/polling_client.ts";
import { until } from "../../support/until.ts";

/** A server, its connection and that one's client, and what it has told. */
interface Member {
  server: Server;
  client: PollingClient;
  connection: Connection;
  gaps: { count: number };
  log: string[];
}

/** Servers of one cluster, each with a connection. */
async function cluster(count: number, engine = new MemoryEngine(), names = ["chat"]) {
  const members: Member[] = [];
  for (let at = 0; at < count; at++) {
    const log: string[] = [];
    const server = new Server({
      prefix: "/echo",
      cluster: { bus: engine.open(), name: names[at % names.length]! },
      log: (severity, message) => severity === "error" && log.push(message),
    });
    const connections: Connection[] = [];
    server.on("connection", (connection) => connections.push(connection));
    const gaps = { count: 0 };
    server.on("gap", () => gaps.count++);
    const client = new PollingClient(server);
    await client.poll();
    members.push({ server, client, connection: connections[0]!, gaps, log });
  }
  const channels = () => [...engine.listeners.keys()].filter((name) => name.includes(":t:"));
  // The code for clusters is loaded.
  await until(() =>
    [...engine.listeners.values()].reduce((sum, set) => sum + set.size, 0) >= count
  );
  const close = async () => {
    for (const { server } of members) await server.close({ timeout: 0 });
    // All have left all channels.
    await until(() => engine.listeners.size === 0);
  };
  return { members, engine, channels, close };
}

/** What comes up to a message that is written now. */
async function framesUpTo(
  { client, connection }: { client: PollingClient; connection: Connection },
): Promise<string[]> {
  // What others published is delivered by then.
  await new Promise((resolve) => setTimeout(resolve, 0));
  connection.write("end");
  const frame = await client.poll();
  return JSON.parse(frame.slice(1));
}

Deno.test("a message reaches the subscribers of all servers once, without its publisher's connection", async () => {
  const { members, channels, close } = await cluster(3);
  const [a, b, c] = members;
  a!.connection.subscribe("room");
  b!.connection.subscribe("room");
  await until(() => channels().length === 1);
  a!.connection.publish("room", "from a");
  c!.server.publish("room", "from c");
  b!.server.publish("room", "not to b", { except: b!.connection });
  b!.server.broadcast("to all");
  assertEquals(await Promise.all(members.map(framesUpTo)), [
    ["from c", "not to b", "to all", "end"],
    ["to all", "from a", "from c", "end"],
    ["to all", "end"],
  ]);
  await close();
});

Deno.test("text of any kind arrives at other servers as it was", async () => {
  const { members, channels, close } = await cluster(2);
  const [a, b] = members;
  b!.connection.subscribe("\ud800");
  await until(() => channels().length === 1);
  const texts = ["", "\n", "\ud800 alone", "\u2028", '"\\', "\0"];
  for (const text of texts) a!.server.publish("\ud800", text);
  assertEquals(await framesUpTo(b!), [...texts, "end"]);
  await close();
});

Deno.test("the bus has a channel for each topic with subscribers, and forgets it after the last one", async () => {
  const { members, engine, channels, close } = await cluster(2);
  const [a, b] = members;
  a!.connection.subscribe("room");
  b!.connection.subscribe("room");
  a!.connection.subscribe("other");
  await until(() => channels().length === 2);
  assertEquals(channels().every((name) => /^sj:chat:t:[0-9a-f]{32}$/.test(name)), true);
  a!.connection.unsubscribe("other");
  b!.connection.close();
  await b!.client.poll();
  await until(() => channels().length === 1 && engine.listeners.get(channels()[0]!)!.size === 1);
  a!.connection.unsubscribe("room");
  a!.connection.subscribe("room");
  a!.connection.unsubscribe("room");
  await until(() => channels().length === 0);
  await close();
});

Deno.test("servers of other names get nothing", async () => {
  const { members, channels, close } = await cluster(2, undefined, ["chat", "other"]);
  const [a, b] = members;
  a!.connection.subscribe("room");
  b!.connection.subscribe("room");
  await until(() => channels().length === 2);
  a!.server.publish("room", "secret");
  a!.server.broadcast("secret, too");
  assertEquals(await framesUpTo(b!), ["end"]);
  await close();
});

Deno.test("what is published before the code for clusters is loaded waits for it", async () => {
  const engine = new MemoryEngine();
  const { members, close } = await cluster(1, engine);
  const early = new Server({ cluster: { bus: engine.open(), name: "chat" } });
  early.broadcast("early");
  await until(() => engine.published.length === 1);
  assertEquals(await framesUpTo(members[0]!), ["early", "end"]);
  await early.close();
  await close();
});

Deno.test("a bus that refuses costs a gap and a line of the log, and local subscribers nothing", async () => {
  const { members, engine, channels, close } = await cluster(2);
  const [a, b] = members;
  a!.connection.subscribe("room");
  await until(() => channels().length === 1);
  engine.error = new Error("The engine is away");
  a!.server.publish("room", "1");
  a!.server.publish("room", "2");
  await until(() => a!.gaps.count > 0);
  assertEquals(await framesUpTo(a!), ["1", "2", "end"]);
  assertEquals([a!.gaps.count, a!.log], [1, [
    "Cannot publish to the bus: Error: The engine is away",
  ]]);
  // Subscriptions are tried again.
  b!.connection.subscribe("room");
  await until(() => b!.log.length > 0);
  engine.error = undefined;
  await until(() => engine.listeners.get(channels()[0]!)!.size === 2);
  assertEquals(b!.log, ["Cannot subscribe at the bus: Error: The engine is away"]);
  await close();
});

Deno.test("an interruption in which messages may be missing is a gap, and one of claims is none", async () => {
  const { members, engine, close } = await cluster(1);
  const [{ back } = {}] = engine.buses[0]!.watchers;
  back!({ missedMessages: false, lostClaims: true });
  await Promise.resolve();
  assertEquals(members[0]!.gaps.count, 0);
  back!({ missedMessages: true, lostClaims: false });
  back!({ missedMessages: true, lostClaims: true });
  await until(() => members[0]!.gaps.count === 1);
  await close();
  back!({ missedMessages: true, lostClaims: true });
  await Promise.resolve();
  assertEquals(members[0]!.gaps.count, 1);
});

Deno.test("garbage on the bus is dropped, and the log says so once", async () => {
  const { members, engine, channels, close } = await cluster(2);
  const [a] = members;
  a!.connection.subscribe("room");
  await until(() => channels().length === 1);
  const bus = engine.open();
  for (const payload of ["", "x", "{}\n", "{}\n1", '{}\n"a', '{}\n["a"]', '"a"', '\n"good"']) {
    await bus.publish(channels()[0]!, payload);
  }
  assertEquals(await framesUpTo(a!), ["good", "end"]);
  assertEquals(a!.log, ["A message on the bus was not understood, and dropped"]);
  await close();
});

Deno.test("a message that the bus cannot take is refused, and sent to nobody", async () => {
  const { members, channels, close } = await cluster(2);
  const [a, b] = members;
  for (const { connection } of members) connection.subscribe("room");
  await until(() => channels().length === 1);
  const long = "\u20ac".repeat(400_000);
  for (const send of [() => a!.server.publish("room", long), () => a!.server.broadcast(long)]) {
    assertThrows(send, RangeError, "the bus of the cluster takes");
  }
  assertEquals(await Promise.all([a!, b!].map(framesUpTo)), [["end"], ["end"]]);
  await close();
});

Deno.test("a bus that rejects with a value that has no text is reported like any other", async () => {
  for (const error of [Symbol("away"), Object.create(null), null]) {
    const { members, engine, close } = await cluster(1);
    const [a] = members;
    engine.error = error;
    a!.server.broadcast("x");
    a!.connection.subscribe("room");
    await until(() => a!.log.length === 2);
    engine.error = undefined;
    assertEquals(await framesUpTo(a!), ["x", "end"]);
    await close();
  }
});

Deno.test("a message that is too large for another server is dropped there, and closes no connection", async () => {
  const engine = new MemoryEngine();
  const log: string[] = [];
  const small = new Server({
    prefix: "/echo",
    maxBufferedBytes: 65_536,
    cluster: { bus: engine.open(), name: "chat" },
    log: (severity, message) => severity === "error" && log.push(message),
  });
  let gaps = 0;
  small.on("gap", () => gaps++);
  small.on("connection", (connection) => connection.subscribe("room"));
  const client = new PollingClient(small);
  await client.poll();
  const { members, channels, close } = await cluster(1, engine);
  await until(() => channels().length === 1 && engine.listeners.size === 2);
  const [a] = members;
  a!.server.publish("room", "x".repeat(70_000));
  a!.server.broadcast("\u20ac".repeat(30_000));
  a!.server.publish("room", "short");
  await until(() => gaps > 0);
  assertEquals(await client.poll(), 'a["short"]');
  assertEquals(log, [
    "A message of another server is larger than this server's maxBufferedBytes, and dropped",
  ]);
  await small.close({ timeout: 0 });
  await close();
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { AllPeers, type PeersHost } from "../../../src/carrying/all_peers.ts";
import { otherVersion } from "../../../src/carrying/claim_value.ts";
import { encodePacket } from "../../../src/carrying/packets.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { type MemoryBus, MemoryEngine } from "../../support/memory_bus.ts";

const settings = { peerTimeout: 6000, maxMessage: 10_000 };

/** A server's peers, and what its host is told. */
class Member {
  readonly bus: MemoryBus;
  readonly server: string;
  readonly peers: AllPeers;
  readonly notes: string[] = [];

  constructor(engine: MemoryEngine, server: string, bus = engine.open()) {
    this.bus = bus;
    this.server = server;
    const host: PeersHost = {
      begun: (peer, head, body) => this.notes.push(`${peer.server.slice(0, 1)} ${head} ${body}`),
      inquiry: (payload) => this.notes.push(`inquiry ${payload}`),
      rejoined: () => this.notes.push("rejoined"),
      warnOnce: (message) => this.notes.push(message),
      busFailed: (call, error) => this.notes.push(`cannot ${call}: ${error}`),
      failed: (error) => this.notes.push(`failed: ${error}`),
    };
    this.peers = new AllPeers(bus, "test", server, settings, host);
  }
}

function twoMembers() {
  const engine = new MemoryEngine();
  return {
    engine,
    one: new Member(engine, "a".repeat(32)),
    other: new Member(engine, "b".repeat(32)),
  };
}

Deno.test("servers find each other by their incarnation, with one link for both directions", async () => {
  using time = fakeTime();
  const { one, other } = twoMembers();
  await Promise.all([one.peers.joined(), other.peers.joined()]);
  const peer = one.peers.get(other.server);
  assertEquals(one.peers.get(other.server), peer);
  peer.send(["send", 1], "body");
  await microtasks();
  assertEquals(other.notes, ["a send,1 body"]);
  other.peers.get(one.server).send(["receive", 1], "answer");
  await microtasks();
  assertEquals(one.notes, ["b receive,1 answer"]);
  await pass(time, 1000);
  await Promise.all([one.peers.close(), other.peers.close()]);
  assertEquals(time.next(), false);
});

Deno.test("what is no packet is dropped, and told", async () => {
  using _time = fakeTime();
  const { engine, one } = twoMembers();
  await one.peers.joined();
  const bus = engine.open();
  for (const payload of ["", "garbage", "[]\n", '[2,2,"ab",1,0,1,0,0]\n']) {
    await bus.publish(`sj:test:p:${one.server}`, payload);
  }
  await bus.publish("sj:test:o", "question");
  await microtasks();
  const dropped = "A packet on the bus was not understood, and dropped";
  assertEquals(one.notes, [
    ...[dropped, dropped, dropped],
    otherVersion,
    "inquiry question",
  ]);
});

Deno.test("a server that hears itself keeps its subscriptions", async () => {
  using time = fakeTime();
  const { engine, one } = twoMembers();
  for (let i = 0; i < 20; i++) await pass(time, 2000);
  assertEquals(one.notes, []);
  assertEquals(engine.listeners.get(`sj:test:p:${one.server}`)?.size, 1);
});

Deno.test("a server that hears nothing does not take the silence for that of others", async () => {
  using time = fakeTime();
  const { one } = twoMembers();
  await one.peers.joined();
  for (let i = 0; i < 5; i++) await pass(time, 2000);
  assertEquals(one.peers.hearsItself, true);
  const { publish } = one.bus;
  one.bus.publish = () => Promise.resolve(0);
  await pass(time, 2000);
  for (let i = 0; i < 10; i++) {
    await pass(time, 2000);
    assertEquals(one.peers.hearsItself, false);
  }
  one.bus.publish = publish;
  // What it has missed meanwhile is not the others' silence either.
  for (let i = 0; i < 3; i++) {
    await pass(time, 2000);
    assertEquals(one.peers.hearsItself, false);
  }
  await pass(time, 2000);
  assertEquals(one.peers.hearsItself, true);
});

Deno.test("a subscription that has failed is tried again as soon as the bus is back", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const bus = engine.open();
  bus.error = new Error("no bus");
  const one = new Member(engine, "a".repeat(32), bus);
  await assertRejects(() => one.peers.joined(), Error, "no bus");
  bus.error = undefined;
  for (const { back } of bus.watchers) back?.({ missedMessages: true, lostClaims: false });
  await one.peers.joined();
  assertEquals(one.peers.hasJoined, true);
  // Once is enough.
  for (const { back } of bus.watchers) back?.({ missedMessages: true, lostClaims: false });
  await pass(time, 1500);
  assertEquals(one.notes.filter((note) => note === "rejoined").length, 1);
});

Deno.test("one that does not subscribes anew, once for each channel", async () => {
  using time = fakeTime();
  const { engine, one, other } = twoMembers();
  await one.peers.joined();
  const channel = `sj:test:p:${one.server}`;
  engine.listeners.delete(channel);
  const { publish } = one.bus;
  one.bus.publish = () => Promise.resolve(0);
  for (let i = 0; i < 4; i++) await pass(time, 2000);
  one.bus.publish = publish;
  assertEquals(one.notes, [
    "This server does not hear itself on the bus, and subscribes anew",
    "rejoined",
  ]);
  assertEquals([engine.listeners.get(channel)?.size, engine.listeners.get("sj:test:o")?.size], [
    1,
    2,
  ]);
  other.peers.get(one.server).send(["send", 1], "");
  await microtasks();
  assertEquals(one.notes.slice(2), ["b send,1 "]);
});

Deno.test("a subscription that fails is told, and tried again", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const bus = engine.open();
  const { subscribe } = bus;
  bus.subscribe = () => Promise.reject(new Error("no bus"));
  const one = new Member(engine, "a".repeat(32), bus);
  await assertRejects(() => one.peers.joined(), Error, "no bus");
  assertEquals(one.notes, ["cannot subscribe at: Error: no bus"]);
  bus.subscribe = subscribe;
  for (let i = 0; i < 3; i++) await pass(time, 2000);
  await one.peers.joined();
  assert(engine.listeners.has(`sj:test:p:${one.server}`));
});

Deno.test("at its end, what was sent still gets to the others", async () => {
  using time = fakeTime();
  const { engine, one, other } = twoMembers();
  await Promise.all([one.peers.joined(), other.peers.joined()]);
  const { publish } = one.bus;
  one.bus.publish = () => Promise.resolve(0);
  one.peers.get(other.server).send(["send", 1], "body");
  const closed = one.peers.close();
  await pass(time, 100);
  one.bus.publish = publish;
  for (let passed = 0; passed < 1000; passed += 10) await pass(time, 10);
  await closed;
  assertEquals(other.notes, ["a send,1 body"]);
  assertEquals(engine.listeners.has(`sj:test:p:${one.server}`), false);
});

/** The head of a packet, and its text, as a server would send it. */
function packetOf(from: string, text: string, isPart = false): string {
  const pieces = [{ text, isPart }];
  const head = { from, generation: 1, peerGeneration: 0, first: 1, ack: 0, wantsAnswer: false };
  return encodePacket({ ...head, pieces });
}

/** Different incarnations. */
function incarnations(count: number): string[] {
  return Array.from({ length: count }, (_, at) => at.toString(16).padStart(32, "0"));
}

Deno.test("senders without end are forgotten, but not those with sessions or exchanges", async () => {
  using time = fakeTime();
  const { engine, one, other } = twoMembers();
  await Promise.all([one.peers.joined(), other.peers.joined()]);
  other.peers.get(one.server).send(["send", 1]);
  await microtasks();
  const known = one.peers.get(other.server);
  known.isKnown = true;
  const serving = one.peers.get("c".repeat(32));
  serving.serve(1, { take() {}, broken() {} });
  const { bus } = other;
  for (const from of incarnations(5000)) {
    await bus.publish(`sj:test:p:${one.server}`, packetOf(from, '["send",1]\n'));
  }
  await microtasks();
  assertEquals(one.notes.filter((note) => note.includes("send,1")).length, 5001);
  assert(one.peers.size <= 1000);
  assertEquals([one.peers.get(other.server), one.peers.get("c".repeat(32))], [known, serving]);
  serving.servedEnd(1);
  for (let i = 0; i < 40; i++) await pass(time, 2000);
  for (const from of incarnations(1001)) one.peers.get(from);
  assert(one.peers.size <= 1000);
  assertEquals(engine.listeners.size, 3);
});

Deno.test("if all peers have sessions, no strangers are taken, and that is told once", async () => {
  using _time = fakeTime();
  const { one, other } = twoMembers();
  await Promise.all([one.peers.joined(), other.peers.joined()]);
  for (const from of incarnations(1000)) one.peers.get(from).serve(1, { take() {}, broken() {} });
  for (let i = 0; i < 2; i++) {
    await other.bus.publish(`sj:test:p:${one.server}`, packetOf("d", '["send",1]\n'));
  }
  await microtasks();
  const line = "More than 1000 servers share sessions on the bus";
  assertEquals([one.peers.size, one.notes], [1000, [line, line]]);
  // Those that this server needs are.
  one.peers.get(other.server).send(["send", 1], "body");
  await microtasks();
  assertEquals(other.notes, ["a send,1 body"]);
});

Deno.test("parts of messages that do not end are dropped, the longest first", async () => {
  using _time = fakeTime();
  const { one, other } = twoMembers();
  await Promise.all([one.peers.joined(), other.peers.joined()]);
  const { maxMessage } = settings;
  const publish = async (from: string, text: string) => {
    await other.bus.publish(`sj:test:p:${one.server}`, packetOf(from, text, true));
    await microtasks();
  };
  const parts = () => ["1", "2", "3", "4"].map((from) => one.peers.get(from).link.load.parts);
  await publish("1", "x".repeat(maxMessage - 1000));
  await publish("2", "x".repeat(maxMessage));
  await publish("3", "x".repeat(1000));
  assertEquals(parts(), [maxMessage - 1000, maxMessage, 1000, 0]);
  await publish("4", "x".repeat(2000));
  assertEquals(parts(), [maxMessage - 1000, 0, 1000, 2000]);
});

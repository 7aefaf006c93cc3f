import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Holder, holderOf, sessionHash } from "../../../src/carrying/claim_value.ts";
import { Inquiries } from "../../../src/carrying/inquiries.ts";
import { Ownership } from "../../../src/carrying/ownership.ts";
import { readOptions } from "../../../src/options/settings.ts";
import { ClientInfo } from "../../../src/session/client_info.ts";
import { Session } from "../../../src/session/session.ts";
import { SessionStore } from "../../../src/session/session_store.ts";
import { computerSleeps, fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { type MemoryBus, MemoryEngine } from "../../support/memory_bus.ts";

const hour = 60 * 60 * 1000;
const key = (id: string) => `sj:test:s:${sessionHash("/echo", id)}`;
const serverOf = (digit: string) => digit.repeat(32);

/** A server's part of it. */
class Member {
  readonly bus: MemoryBus;
  readonly server: string;
  readonly sessions = new SessionStore(readOptions({}));
  readonly inquiries: Inquiries;
  readonly ownership: Ownership;
  readonly lost: string[] = [];
  readonly failed: string[] = [];

  constructor(engine: MemoryEngine, digit: string) {
    this.bus = engine.open();
    this.server = serverOf(digit);
    this.inquiries = new Inquiries(
      this.bus,
      "o",
      this.server,
      (hash) => this.ownership.ownClaim(hash),
      3000,
    );
    this.bus.subscribe("o", (payload) => this.inquiries.received(payload));
    this.ownership = new Ownership(this.bus, "test", this.server, "/echo", 6000, this.inquiries, {
      options: "",
      sessions: this.sessions,
      lost: (session) => this.lost.push(session.id),
      busFailed: (call) => this.failed.push(call),
    });
    this.sessions.freed = (session) => this.ownership.freed(session.id);
  }

  /** Claims a session, and has it. */
  async open(id: string): Promise<Holder> {
    const holder = await this.ownership.claim(id, false);
    assert(this.ownership.isOwn(holder));
    const client = new ClientInfo("xhr-polling", "/", 0, new Headers(), {});
    this.sessions.add(new Session(this.sessions, client, id));
    return holder;
  }

  end(id: string): void {
    this.sessions.free(this.sessions.get(id)!);
  }
}

/** Two servers, and what their registry has. */
function twoMembers() {
  const engine = new MemoryEngine();
  return {
    engine,
    one: new Member(engine, "a"),
    other: new Member(engine, "b"),
    held: (id: string) => engine.claims.find(key(id)),
  };
}

function nameOf(hash: string, number: number) {
  return { hash, number, key: undefined };
}

Deno.test("the first claim wins, and all learn who has the session", async () => {
  using _time = fakeTime();
  const { one, other } = twoMembers();
  const holder = await one.open("x");
  assertEquals(await other.ownership.claim("x", true), holder);
  assertEquals(other.ownership.known("x"), holder);
  assertEquals(await other.ownership.find("x"), holder);
  assertEquals(other.ownership.isOwn(holder), false);
  assertEquals(one.ownership.session(nameOf(one.ownership.hashOf("x"), holder.number))?.id, "x");
});

Deno.test("what is known is not looked up again until it is forgotten", async () => {
  using _time = fakeTime();
  const { engine, one, other } = twoMembers();
  const holder = await one.open("x");
  assertEquals(await other.ownership.find("x"), holder);
  engine.claims.clear();
  assertEquals(await other.ownership.find("x"), holder);
  other.ownership.forget("x");
  assertEquals(await other.ownership.find("x"), undefined);
});

Deno.test("a claim can be waited for while it is pending, and so can one that fails", async () => {
  using _time = fakeTime();
  const { one } = twoMembers();
  for (const error of [undefined, new Error("no bus")]) {
    one.bus.error = error;
    const order: string[] = [];
    const claimed = one.ownership.claim("x", false).then(
      () => order.push("claimed"),
      () => order.push("failed"),
    );
    const joined = one.ownership.pending("x")?.then(() => order.push("joined"));
    assert(joined !== undefined);
    assertEquals(one.ownership.pending("y"), undefined);
    await Promise.all([claimed, joined]);
    assertEquals(order, [error === undefined ? "claimed" : "failed", "joined"]);
    assertEquals(one.ownership.pending("x"), undefined);
  }
});

Deno.test("another number is another session, and no two claims have the same", async () => {
  using _time = fakeTime();
  const { one } = twoMembers();
  const first = await one.open("x");
  one.end("x");
  await microtasks();
  const second = await one.open("x");
  const hash = one.ownership.hashOf("x");
  assertEquals(one.ownership.session(nameOf(hash, first.number)), undefined);
  assertEquals(one.ownership.session(nameOf(hash, second.number))?.id, "x");
});

Deno.test("a request that is a second older than a session is not for it", async () => {
  using time = fakeTime();
  const { one } = twoMembers();
  await pass(time, 1001);
  await one.open("x");
  assertEquals([0, 1].map((at) => one.ownership.isTooNew("x", at)), [true, false]);
  assertEquals(one.ownership.isTooNew("y", 0), false);
});

Deno.test("a holder that was found late is asked since when it has the session", async () => {
  using time = fakeTime();
  const { engine, one, other } = twoMembers();
  await pass(time, 1500);
  const opened = await one.open("x");
  await pass(time, 1500);
  const holder = (await other.ownership.find("x"))!;
  assertEquals(holder, opened);
  const wasThere = async (at: number) => await other.ownership.wasThere("x", holder, at);
  engine.published.length = 0;
  assertEquals(await Promise.all([2000, 3000, 4000].map(wasThere)), [true, true, true]);
  assertEquals(engine.published, []);
  assertEquals(await Promise.all([1499, 1500, 1999].map(wasThere)), [false, true, true]);
  assertEquals(engine.published.length, 6);
});

Deno.test("a late answer leaves a doubt, and so does none", async () => {
  using time = fakeTime();
  const { one, other } = twoMembers();
  await one.open("x");
  await pass(time, 2000);
  const holder = (await other.ownership.find("x"))!;
  const results: (boolean | undefined)[] = [];
  const ask = async () => results.push(await other.ownership.wasThere("x", holder, 50));
  const { received } = other.inquiries;
  other.inquiries.received = (payload) =>
    void setTimeout(() => received.call(other.inquiries, payload), 51);
  ask();
  await pass(time, 51);
  assertEquals(results, [undefined]);
  other.inquiries.received = received;
  one.bus.error = new Error("no bus");
  ask();
  await pass(time, 3000);
  assertEquals(results, [undefined, undefined]);
  one.bus.error = undefined;
  other.bus.error = new Error("no bus");
  await ask();
  assertEquals([results, other.failed], [[undefined, undefined, undefined], ["find a session at"]]);
  other.bus.error = undefined;
  one.end("x");
  await one.open("x");
  assertEquals(await other.ownership.wasThere("x", holder, 900), false);
});

Deno.test("a claim is released when its session is freed", async () => {
  using _time = fakeTime();
  const { one, other, held } = twoMembers();
  await one.open("x");
  one.end("x");
  await microtasks();
  assertEquals(held("x"), undefined);
  assertEquals(one.ownership.ownClaim(one.ownership.hashOf("x"))?.holder.value, undefined);
  await other.open("x");
  // There is nothing to free any more.
  one.ownership.freed("x");
  await microtasks();
  assert(held("x") !== undefined);
});

Deno.test("a stale claim of its own gives way to a new one", async () => {
  using _time = fakeTime();
  const { engine, one, held } = twoMembers();
  engine.claims.claim(key("x"), holderOf(one.server, 999, false).value, hour);
  assertEquals(await one.ownership.find("x"), undefined);
  const holder = await one.open("x");
  assertEquals(held("x"), holder.value);
});

Deno.test("a stale claim that stays is an error, after some attempts", async () => {
  using _time = fakeTime();
  const { engine, one } = twoMembers();
  engine.claims.claim(key("x"), holderOf(one.server, 999, false).value, hour);
  one.bus.release = () => Promise.resolve();
  await assertRejects(() => one.ownership.claim("x", false), Error, "former claim");
});

Deno.test("a release that fails is tried again until it is done", async () => {
  using time = fakeTime();
  const { one, held } = twoMembers();
  await one.open("x");
  one.bus.error = new Error("no bus");
  one.end("x");
  await pass(time, 5000);
  await pass(time, 1000);
  assert(held("x") !== undefined);
  assert(one.failed.includes("release a claim at"));
  one.bus.error = undefined;
  await pass(time, 1000);
  assertEquals(held("x"), undefined);
});

Deno.test("a late release touches nothing of a new session of that id", async () => {
  using time = fakeTime();
  const { engine, one, other, held } = twoMembers();
  await one.open("x");
  one.bus.error = new Error("no bus");
  one.end("x");
  await microtasks();
  engine.claims.clear();
  const holder = await other.open("x");
  one.bus.error = undefined;
  await pass(time, 5000);
  assertEquals(held("x"), holder.value);
});

Deno.test("nor does it if the new session is its own", async () => {
  using time = fakeTime();
  const { one, held } = twoMembers();
  await one.open("x");
  const { release } = one.bus;
  one.bus.release = () => Promise.reject(new Error("no bus"));
  one.end("x");
  await microtasks();
  one.bus.release = release;
  const holder = await one.open("x");
  await pass(time, 5000);
  assertEquals(held("x"), holder.value);
});

Deno.test("a claim whose answer does not come is released, for it may have succeeded", async () => {
  using time = fakeTime();
  const { one, held } = twoMembers();
  const { claim } = one.bus;
  one.bus.claim = async (...args) => {
    await claim.apply(one.bus, args);
    throw new Error("no answer");
  };
  await assertRejects(() => one.ownership.claim("x", false), Error, "no answer");
  await pass(time, 2000);
  assertEquals(held("x"), undefined);
});

Deno.test("of several claims that are yet to be released, each is", async () => {
  using time = fakeTime();
  const { one, held } = twoMembers();
  const { claim, release } = one.bus;
  one.bus.release = () => Promise.reject(new Error("no bus"));
  one.bus.claim = async (...args) => {
    await claim.apply(one.bus, args);
    throw new Error("no answer");
  };
  await assertRejects(() => one.ownership.claim("x", false), Error);
  one.bus.claim = () => Promise.reject(new Error("no bus"));
  await assertRejects(() => one.ownership.claim("x", false), Error);
  one.bus.release = release;
  await pass(time, 2000);
  assertEquals(held("x"), undefined);
});

Deno.test("a claim that is not understood is an error, and is left alone", async () => {
  using time = fakeTime();
  const { engine, one, held } = twoMembers();
  engine.claims.claim(key("x"), "something else", hour);
  await assertRejects(() => one.ownership.claim("x", false), Error, "not understood");
  await assertRejects(() => one.ownership.find("x"), Error, "not understood");
  await pass(time, 2000);
  assertEquals(held("x"), "something else");
});

Deno.test("claims are renewed as long as their sessions live", async () => {
  using time = fakeTime();
  const { one, held } = twoMembers();
  const holder = await one.open("x");
  for (let passed = 0; passed < 3 * hour; passed += 5 * 60 * 1000) await pass(time, 5 * 60 * 1000);
  assertEquals(held("x"), holder.value);
});

Deno.test("a claim that was lost is made again with the next renewal, even if one fails", async () => {
  using time = fakeTime();
  const { engine, one, held } = twoMembers();
  const holder = await one.open("x");
  engine.claims.clear();
  one.bus.error = new Error("no bus");
  await pass(time, 5 * 60 * 1000);
  assertEquals(new Set(one.failed), new Set(["renew claims at"]));
  one.bus.error = undefined;
  await pass(time, 1000);
  assertEquals([held("x"), one.lost], [holder.value, []]);
});

Deno.test("a claim that cannot be made again keeps no other from being renewed", async () => {
  using _time = fakeTime();
  const { engine, one, held } = twoMembers();
  for (let at = 0; at <= 1000; at++) await one.open(`${at}`);
  engine.claims.clear();
  const { claim } = one.bus;
  one.bus.claim = (name, ...rest) =>
    name === key("0")
      ? Promise.reject(new Error("not that one"))
      : claim.call(one.bus, name, ...rest);
  one.ownership.reclaim();
  for (let turn = 0; turn < 10; turn++) await microtasks();
  assertEquals(one.failed, ["renew claims at"]);
  assertEquals([held("0"), held("1"), held("1000")].map((value) => value !== undefined), [
    ...[false, true, true],
  ]);
});

Deno.test("when claims may be lost, all are claimed again at once", async () => {
  using _time = fakeTime();
  const { engine, one, held } = twoMembers();
  const holders = [await one.open("x"), await one.open("y")];
  engine.claims.clear();
  one.ownership.reclaim();
  await microtasks();
  assertEquals([held("x"), held("y")], holders.map(({ value }) => value));
  assertEquals(one.lost, []);
});

Deno.test("claims that are lost while others are claimed again are claimed again, too", async () => {
  using _time = fakeTime();
  const { engine, one, held } = twoMembers();
  const holder = await one.open("x");
  const { claim } = one.bus;
  one.bus.claim = async (...args) => {
    const value = await claim.apply(one.bus, args);
    one.bus.claim = claim;
    engine.claims.clear();
    one.ownership.reclaim();
    return value;
  };
  engine.claims.clear();
  one.ownership.reclaim();
  await microtasks();
  assertEquals(held("x"), holder.value);
});

Deno.test("who finds a session claimed by another server loses it", async () => {
  using _time = fakeTime();
  const { engine, one, other, held } = twoMembers();
  await one.open("x");
  engine.claims.clear();
  const holder = await other.open("x");
  one.ownership.reclaim();
  await microtasks();
  assertEquals([one.lost, held("x")], [["x"], holder.value]);
  assertEquals(one.ownership.ownClaim(one.ownership.hashOf("x"))?.holder.value, undefined);
  one.end("x");
  await microtasks();
  assertEquals(held("x"), holder.value);
});

Deno.test("a session that ends while it is claimed again leaves no claim", async () => {
  using _time = fakeTime();
  const { engine, one, held } = twoMembers();
  await one.open("x");
  engine.claims.clear();
  const { claim } = one.bus;
  one.bus.claim = async (...args) => {
    one.end("x");
    await microtasks();
    return await claim.apply(one.bus, args);
  };
  one.ownership.reclaim();
  await microtasks();
  await microtasks();
  assertEquals([held("x"), one.lost], [undefined, []]);
});

Deno.test("while the registry is not trusted, nobody claims a session that another one has", async () => {
  using _time = fakeTime();
  const { engine, one, other, held } = twoMembers();
  const holder = await one.open("x");
  engine.claims.clear();
  other.inquiries.unsettle();
  other.bus.claim = () => Promise.reject(new Error("it claims"));
  assertEquals(await other.ownership.claim("x", false), holder);
  assertEquals([held("x"), other.ownership.known("x")], [undefined, holder]);
});

Deno.test("a server that cannot ask the others claims nothing", async () => {
  using time = fakeTime();
  const { one, held } = twoMembers();
  one.inquiries.unsettle();
  one.bus.publish = () => Promise.reject(new Error("no bus"));
  await assertRejects(() => one.ownership.claim("x", false), Error, "no bus");
  await pass(time, 2000);
  assertEquals(held("x"), undefined);
});

Deno.test("if claims are lost while two servers claim, the one that has the session keeps it", async () => {
  using time = fakeTime();
  const { engine, one, other, held } = twoMembers();
  const holder = await one.open("x");
  engine.claims.clear();
  const { claim } = other.bus;
  other.bus.claim = async (...args) => {
    other.bus.claim = claim;
    const value = await claim.apply(other.bus, args);
    for (const { inquiries } of [one, other]) inquiries.unsettle();
    one.ownership.reclaim();
    await microtasks();
    return value;
  };
  const claimed = other.ownership.claim("x", false);
  await pass(time, 200);
  await pass(time, 200);
  assertEquals(await claimed, holder);
  assertEquals([held("x"), one.lost], [holder.value, []]);
});

Deno.test("a claim of another server that does not say that it has the session is doubted for a while", async () => {
  using time = fakeTime();
  const { engine, one, held } = twoMembers();
  const holder = await one.open("x");
  const foreign = holderOf(serverOf("c"), 1, false).value;
  const replace = () => {
    engine.claims.clear();
    engine.claims.claim(key("x"), foreign, hour);
    one.ownership.reclaim();
  };
  replace();
  await pass(time, 500);
  engine.claims.release(key("x"), foreign);
  await pass(time, 500);
  assertEquals([held("x"), one.lost], [holder.value, []]);
  replace();
  for (let passed = 0; passed < 3500; passed += 100) await pass(time, 100);
  assertEquals([held("x"), one.lost], [foreign, ["x"]]);
});

Deno.test("a server that was taken for dead claims its sessions again", async () => {
  using time = fakeTime();
  const { engine, one, other, held } = twoMembers();
  const holder = await one.open("x");
  other.ownership.releaseOf("x", holder);
  await microtasks();
  assertEquals(held("x"), undefined);
  await pass(time, 3000);
  assertEquals([held("x"), engine.claims.size], [holder.value, 1]);
});

Deno.test("it does even if the bus fails when others tell it, and when it asks", async () => {
  using time = fakeTime();
  const { one, other, held } = twoMembers();
  const holder = await one.open("x");
  const { claim } = other.bus;
  other.bus.claim = () => Promise.reject(new Error("no bus"));
  other.ownership.releaseOf("x", holder);
  await microtasks();
  assertEquals(held("x"), undefined);
  one.bus.error = new Error("no bus");
  await pass(time, 3000);
  other.bus.claim = claim;
  await pass(time, 1000);
  one.bus.error = undefined;
  await pass(time, 3000);
  assertEquals(held("x"), holder.value);
});

Deno.test("it loses those that were opened elsewhere meanwhile", async () => {
  using time = fakeTime();
  const { one, other, held } = twoMembers();
  other.ownership.releaseOf("x", await one.open("x"));
  const holder = await other.open("x");
  await pass(time, 3000);
  assertEquals([held("x"), one.lost], [holder.value, ["x"]]);
});

Deno.test("a server that has stood still finds out which sessions it has lost", async () => {
  using time = fakeTime();
  const { engine, one, other } = twoMembers();
  await one.open("x");
  const kept = await one.open("y");
  assertEquals(one.ownership.isStale, false);
  engine.claims.release(key("x"), one.ownership.ownClaim(one.ownership.hashOf("x"))!.holder.value);
  await other.open("x");
  computerSleeps(6000);
  assertEquals([one.ownership.isStale, one.lost], [true, []]);
  const order: string[] = [];
  one.ownership.pending("x")?.then(() => order.push(`lost ${one.lost}`));
  assertEquals(one.ownership.isStale, true);
  // As on any timer that is late.
  await pass(time, 3000);
  assertEquals([order, one.ownership.isStale], [["lost x"], false]);
  assertEquals(one.ownership.pending("x"), undefined);
  assertEquals(one.ownership.ownClaim(one.ownership.hashOf("y"))?.holder.value, kept.value);
});

Deno.test("it does so even if the bus has given it up meanwhile, and its first call fails", async () => {
  using time = fakeTime();
  const { engine, one, other } = twoMembers();
  await one.open("x");
  engine.claims.release(key("x"), one.ownership.ownClaim(one.ownership.hashOf("x"))!.holder.value);
  await other.open("x");
  computerSleeps(6000);
  const { renew } = one.bus;
  one.bus.renew = () => {
    one.bus.renew = renew;
    return Promise.reject(new Error("The registry is gone"));
  };
  let lost: string[] | undefined;
  one.ownership.pending("x")?.then(() => lost = [...one.lost]);
  await pass(time, 900);
  assertEquals([lost, one.failed], [["x"], ["renew claims at"]]);
});

Deno.test("it does so without a request, too", async () => {
  using time = fakeTime();
  const { one, other } = twoMembers();
  other.ownership.releaseOf("x", await one.open("x"));
  await other.open("x");
  one.bus.find = () => Promise.reject(new Error("it looks for notices"));
  computerSleeps(6000);
  await pass(time, 3000);
  assertEquals(one.lost, ["x"]);
});

Deno.test("if it cannot find out, its sessions go on", async () => {
  using time = fakeTime();
  const { one, other } = twoMembers();
  await one.open("x");
  one.bus.error = new Error("no bus");
  computerSleeps(2 * hour);
  const checked = one.ownership.check();
  for (let at = 0; at < 50; at++) await pass(time, 50);
  await checked;
  assertEquals([one.ownership.isStale, one.lost], [false, []]);
  // But it goes on trying.
  const value = one.ownership.ownClaim(one.ownership.hashOf("x"))!.holder.value;
  one.bus.error = undefined;
  other.bus.release(key("x"), value);
  await other.open("x");
  await pass(time, 1000);
  assertEquals(one.lost, ["x"]);
});

Deno.test("renewals that fail are tried again one at a time, however long that takes", async () => {
  using time = fakeTime();
  const { one } = twoMembers();
  await one.open("x");
  one.bus.error = new Error("no bus");
  // Longer than until the next renewal. Others ask for one as well.
  for (let passed = 0; passed < 400; passed++) {
    await pass(time, 700);
    one.ownership.reclaim();
    await pass(time, 600);
  }
  let renewals = 0;
  one.bus.renew = () => Promise.reject(new Error(`no bus ${renewals++}`));
  for (let passed = 0; passed < 10_000; passed += 100) await pass(time, 100);
  assertEquals(renewals, 10);
});

Deno.test("a stale claim of its own goes when another server asks for its session", async () => {
  using _time = fakeTime();
  const { engine, one, held } = twoMembers();
  const hash = one.ownership.hashOf("x");
  engine.claims.claim(key("x"), holderOf(one.server, 999, true).value, hour);
  await one.ownership.disown(nameOf(hash, 999));
  assertEquals(held("x"), undefined);
});

Deno.test("no other claim goes then", async () => {
  using _time = fakeTime();
  const { one, other, held } = twoMembers();
  const hash = one.ownership.hashOf("x");
  await one.ownership.disown(nameOf(hash, 1));
  const claimed = one.ownership.claim("x", false);
  await one.ownership.disown(nameOf(hash, 999));
  assertEquals(held("x"), (await claimed).value);
  for (const number of [(await claimed).number, 999]) {
    await one.ownership.disown(nameOf(hash, number));
    await other.ownership.disown(nameOf(hash, number));
    assertEquals(held("x"), (await claimed).value);
  }
  one.bus.error = new Error("no bus");
  await one.ownership.disown(nameOf(hash, 999));
  assertEquals(one.failed, ["find a session at"]);
});

Deno.test("the claim of a server that is gone can be released by any other, and no newer one", async () => {
  using _time = fakeTime();
  const { one, other, held } = twoMembers();
  const first = await one.open("x");
  assertEquals(await other.ownership.find("x"), first);
  one.end("x");
  await microtasks();
  const second = await one.open("x");
  other.ownership.releaseOf("x", first);
  await microtasks();
  assertEquals([held("x"), other.ownership.known("x")], [second.value, undefined]);
  other.ownership.releaseOf("x", second);
  await microtasks();
  assertEquals(held("x"), undefined);
});

Deno.test("when it is closed, its claims are released, and it has no timers", async () => {
  using time = fakeTime();
  const { one, other, held } = twoMembers();
  await one.open("x");
  await one.ownership.close();
  await other.ownership.close();
  assertEquals([held("x"), time.next()], [undefined, false]);
});

Deno.test("a release that fails at the end is tried once more", async () => {
  using time = fakeTime();
  const { one, other, held } = twoMembers();
  await other.ownership.close();
  for (const id of ["x", "y"]) await one.open(id);
  const { release } = one.bus;
  one.bus.release = () => Promise.reject(new Error("no bus"));
  one.end("x");
  await microtasks();
  let isClosed = false;
  one.ownership.close().then(() => isClosed = true);
  await microtasks();
  assertEquals(isClosed, false);
  one.bus.release = release;
  await pass(time, 250);
  assertEquals([held("x"), held("y"), isClosed], [undefined, undefined, true]);
  assertEquals(time.next(), false);
});

Deno.test("a release that takes too long does not keep it from its end", async () => {
  using time = fakeTime();
  const { one, other } = twoMembers();
  await other.ownership.close();
  await one.open("x");
  one.bus.release = () => new Promise(() => {});
  let isClosed = false;
  one.ownership.close().then(() => isClosed = true);
  await pass(time, 1000);
  assertEquals([isClosed, time.next()], [true, false]);
});

Deno.test("who has a session with a long id is asked for each time, and not kept", async () => {
  using _time = fakeTime();
  const { one, other } = twoMembers();
  for (const [id, isKept] of [["x".repeat(200), true], ["x".repeat(300), false]] as const) {
    const holder = await one.open(id);
    assertEquals(await other.ownership.claim(id, true), holder);
    assertEquals(await other.ownership.find(id), holder);
    assertEquals(other.ownership.known(id), isKept ? holder : undefined);
  }
});

Deno.test("releases that fail are tried again a thousand at a time, and kept up to a number", async () => {
  using time = fakeTime();
  const { one } = twoMembers();
  let tried = 0;
  const fail = () => Promise.reject(new Error("no registry"));
  Object.assign(one.bus, { claim: fail, release: () => (tried++, fail()) });
  for (let i = 0; i < 10_500; i++) {
    await assertRejects(() => one.ownership.claim(`x${i}`, false), Error);
  }
  await microtasks();
  assertEquals(tried, 10_500);
  await pass(time, 1000);
  assertEquals(tried, 11_500);
  one.bus.release = () => Promise.resolve(void tried++);
  await pass(time, 1000);
  for (let i = 0; i < 10; i++) await microtasks();
  assertEquals(tried, 21_500);
  await pass(time, 10_000);
  assertEquals(tried, 21_500);
  await one.ownership.close();
});

/**
 * What Redis and its clients do to a bus, besides what the suite for all buses tests.
 *
 * @module
 */

import type { RedisClient } from "../../src/adapters/redis.ts";
import type { RedisBuses } from "./redis_buses.ts";

const ttl = 600_000;

/** By their names. */
export const redisTraps: Record<string, (buses: RedisBuses) => Promise<void>> = {
  async "what is published while the bus is cut off arrives, or rejects"(buses) {
    const { bus, proxies, told } = await buses.open();
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    // The client for commands is back first.
    for (const proxy of Object.values(proxies)) proxy.cut();
    await until(async () => !await succeeds(bus.publish("channel", "in flight")), "it is cut off");
    const from = got.length;
    const sent: Promise<string>[] = [];
    for (let at = 0; at < 20; at++) {
      const one = bus.publish("channel", String(at)).then(() => String(at));
      // It may reject before anybody waits for it.
      one.catch(() => {});
      sent.push(one);
      if (at === 5) proxies.client.mend();
      if (at === 15) proxies.subscriber.mend();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const settled = await Promise.allSettled(sent);
    const arrived = settled.filter((each) => each.status === "fulfilled").map(({ value }) => value);
    await bus.publish("channel", "end");
    await until(() => got.at(-1) === "end", "the last one arrives");
    equal(got.slice(from), [...arrived, "end"]);
    check(told.some(({ missedMessages }) => missedMessages), "it tells of missed messages");
    check(told.some(({ lostClaims }) => lostClaims), "it tells of lost claims");
  },

  async "what is under way when the connection ends settles, and arrives once at most"(buses) {
    const { bus, proxies } = await buses.open(700);
    const other = await buses.open();
    const got: string[] = [];
    await other.bus.subscribe("channel", (payload) => got.push(payload));
    await bus.claim("key", "value", ttl);
    proxies.client.stallAnswers();
    const calls: Promise<unknown>[] = [bus.find("key"), bus.release("key", "value")];
    for (let at = 0; at < 5; at++) calls.push(bus.publish("channel", String(at)));
    await until(() => got.length === 5, "Redis has got all");
    proxies.client.cut();
    proxies.client.mend();
    await Promise.allSettled(calls);
    await until(() => succeeds(bus.publish("channel", "end")), "the client is back");
    await until(() => got.at(-1) === "end", "the last one arrives");
    equal(got, ["0", "1", "2", "3", "4", "end"]);
  },

  async "what is asked when the connection ends is answered when it is back"(buses) {
    const { bus, proxies } = await buses.open();
    await bus.claim("key", "value", ttl);
    proxies.client.stallAnswers();
    const calls = Promise.all([
      bus.find("key"),
      bus.claim("key", "other", ttl),
      bus.claim("new", "new", ttl),
      bus.renew([["key", "value"]], ttl),
    ]);
    // In case that they reject too early.
    calls.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxies.client.cut();
    proxies.client.mend();
    equal(await calls, ["value", "value", "new", [true]]);
  },

  async "a policy by which Redis throws claims away is told, once"(buses) {
    const admin = await buses.client();
    await command(admin, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    try {
      const { bus, proxies, told, log } = await buses.open();
      await until(() => log.length === 1, "it is told");
      check(log[0]!.includes("maxmemory-policy is allkeys-lru"), `it logs ${log[0]}`);
      proxies.client.cut();
      proxies.client.mend();
      await until(() => told.length === 1, "it is back");
      await bus.find("key");
      equal(log.filter((line) => line.includes("maxmemory-policy")).length, 1);
    } finally {
      await command(admin, "CONFIG", "SET", "maxmemory-policy", "noeviction");
    }
  },

  async "a subscriber that Redis cuts off hears again, and tells of it"(buses) {
    const { bus, told } = await buses.open();
    const other = await buses.open();
    const admin = await buses.client();
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    await bus.subscribe("left", () => {});
    // Twice, for some clients call a listener once more after each time.
    for (let round = 1; round <= 2; round++) {
      await command(admin, "CLIENT", "KILL", "TYPE", "pubsub");
      await until(() => told.length === round, "it tells of missed messages");
      equal(told.at(-1), { missedMessages: true, lostClaims: false });
      equal(await other.bus.publish("channel", String(round)), 1);
      await until(() => got.at(-1) === String(round), "a message arrives");
    }
    equal(got, ["1", "2"]);
  },

  async "what is left while the subscriber is cut off stays left"(buses) {
    const { bus, proxies, told } = await buses.open();
    const other = await buses.open();
    const listener = () => {};
    for (const channel of ["stays", "goes"]) await bus.subscribe(channel, listener);
    proxies.subscriber.cut();
    await bus.unsubscribe("goes", listener);
    proxies.subscriber.mend();
    await until(() => told.length === 1, "it tells of missed messages");
    equal(await other.bus.publish("stays", ""), 1);
    await until(async () => await other.bus.publish("goes", "") === 0, "nobody hears it");
  },

  async "a subscriber that does not hear although it is connected subscribes anew"(buses) {
    const { bus, subscriber, told } = await buses.open();
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    // As if the client had lost its subscriptions: no event tells.
    await unsubscribeFromAll(subscriber);
    await until(() => told.length === 1, "it tells of missed messages");
    equal(told, [{ missedMessages: true, lostClaims: false }]);
    await bus.publish("channel", "heard");
    await until(() => got.length === 1, "a message arrives");
  },

  async "a subscriber that does not read is cut off by Redis, and tells of it"(buses) {
    const { bus, proxies, told } = await buses.open();
    const other = await buses.open();
    const admin = await buses.client();
    await command(admin, "CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 0 0");
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    proxies.subscriber.stall();
    const large = "x".repeat(1024 * 1024);
    await until(async () => await other.bus.publish("channel", large) === 0, "it is cut off");
    proxies.subscriber.mend();
    await until(() => told.some(({ missedMessages }) => missedMessages), "it tells of it");
    await other.bus.publish("channel", "heard");
    await until(() => got.at(-1) === "heard", "a message arrives");
  },

  async "an engine that is slow loses nothing"(buses) {
    const { bus, told } = await buses.open();
    const admin = await buses.client();
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    await command(admin, "CLIENT", "PAUSE", "1000");
    const sent = Array.from({ length: 10 }, (_, at) => bus.publish("channel", String(at)));
    equal(await bus.claim("slow", "value", ttl), "value");
    equal(await Promise.all(sent), Array.from({ length: 10 }, () => 1));
    await until(() => got.length === 10, "all arrive");
    equal(got, Array.from({ length: 10 }, (_, at) => String(at)));
    equal(told, []);
  },

  async "an engine that starts again empty has lost all claims, and all that start learn it"(
    buses,
  ) {
    const { bus, told, log } = await buses.open();
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    await bus.claim("key", "value", ttl);
    await buses.server.kill();
    await until(async () => !await succeeds(bus.find("key")), "it is cut off");
    await buses.server.start();
    await until(() => told.some(({ lostClaims }) => lostClaims), "it tells of lost claims");
    equal(await bus.renew([["key", "value"]], ttl), [false]);
    equal(await bus.claim("key", "value", ttl), "value");
    await bus.publish("channel", "heard");
    await until(() => got.at(-1) === "heard", "a message arrives");
    check(log[0]!.startsWith("The bus is cut off from Redis"), `it logs ${log[0]}`);
    await until(() => log.at(-1) === "The bus works with Redis again", "it logs that it works");
    const late = await buses.open();
    await until(() => late.told.length === 1, "a bus that starts is told");
    equal(late.told, [{ missedMessages: false, lostClaims: true }]);
  },

  async "a client that keeps what Redis does not answer is given no more than a part of it"(buses) {
    const { bus, proxies } = await buses.open(100);
    const large = "x".repeat(8 * 1024 * 1024 - 1024);
    await bus.publish("channel", "");
    // As often, for what was given up with a connection takes no place any more.
    for (let round = 1; round <= 2; round++) {
      proxies.client.stall();
      const calls = Array.from({ length: 9 }, () => reasonOf(bus.publish("channel", large)));
      const reasons = await Promise.all(calls);
      const refused = reasons.filter((reason) => reason.includes("too many commands"));
      check(refused.length === 1, `${refused.length} of 9 are refused in round ${round}`);
      proxies.client.cut();
      proxies.client.mend();
      await until(() => succeeds(bus.publish("channel", "")), "the client is back");
    }
  },

  async "what others write to keys and channels of the bus harms it no more than it has to"(buses) {
    const { bus } = await buses.open();
    const admin = await buses.client();
    for (const key of ["list", "sj:settling"]) await command(admin, "RPUSH", key, "item");
    await command(admin, "SETRANGE", "huge", "99999999", "x");
    equal(await bus.claim("list", "value", ttl), "");
    equal(await bus.claim("key", "value", ttl), "value");
    equal(await bus.renew([["list", "value"], ["key", "value"]], ttl), [false, true]);
    await bus.release("list", "value");
    for (const held of [await bus.claim("huge", "value", ttl), await bus.find("huge")]) {
      check(held !== undefined && held.length <= 64 * 1024, `it reads ${held?.length} characters`);
    }
    const late = await buses.open();
    await late.bus.publish("channel", "");
    await command(admin, "DEL", "list", "huge", "sj:settling");
  },

  async "a subscriber that Redis refuses for a while ends no process, and hears again"(buses) {
    const { bus, told, log } = await buses.open(500);
    const admin = await buses.client();
    const got: string[] = [];
    await bus.subscribe("channel", (payload) => got.push(payload));
    await command(admin, "ACL", "SETUSER", "default", "resetchannels");
    try {
      await command(admin, "CLIENT", "KILL", "TYPE", "pubsub");
      await until(() => log.length > 0, "it logs that it is cut off");
      await until(async () => !await succeeds(bus.publish("channel", "")), "it does not work");
    } finally {
      await command(admin, "ACL", "SETUSER", "default", "allchannels");
    }
    await until(() => told.length > 0, "it tells of missed messages");
    await bus.publish("channel", "heard");
    await until(() => got.at(-1) === "heard", "a message arrives");
  },

  async "an engine whose memory is full carries messages, also to those that connect again"(buses) {
    const { bus, proxies, told } = await buses.open();
    const admin = await buses.client();
    await bus.publish("channel", "");
    await command(admin, "CONFIG", "SET", "maxmemory", "1");
    try {
      check(!await succeeds(bus.claim("full", "value", ttl)), "it has no place for a claim");
      proxies.client.cut();
      proxies.client.mend();
      await until(() => told.length === 1, "it tells of lost claims");
      await bus.publish("channel", "");
    } finally {
      await command(admin, "CONFIG", "SET", "maxmemory", "0");
    }
  },
};

/** Sends a command by any client. */
async function command(client: RedisClient, name: string, ...args: string[]): Promise<unknown> {
  if ("call" in client) {
    await until(() => client.status === "ready", "it is connected");
    return await client.call(name, ...args);
  }
  if ("sendCommand" in client) {
    if (!client.isOpen) await client.connect();
    return await client.sendCommand([name, ...args]);
  }
  return await client.send(name, args);
}

async function unsubscribeFromAll(client: RedisClient): Promise<void> {
  await (client as unknown as { unsubscribe(): Promise<unknown> }).unsubscribe();
}

/** Why a call rejects; empty if it does not. */
async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let checks = 0; !await holds(); checks++) {
    if (checks > 1000) throw new Error(`Not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(got === wanted, `${got}, but expected ${wanted}`);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Not so: ${what}`);
}

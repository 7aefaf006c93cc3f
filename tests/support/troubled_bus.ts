/**
 * A bus of a real process that goes wrong as a test says and a seed decides: it is slow, loses,
 * repeats and reorders, fails, hears nothing, or speaks for another version of servers.
 *
 * @module
 */

import type { Bus, BusListener, BusWatcher, Claim } from "../../src/adapters/cluster.ts";
import type { BusFaults } from "./faulty_bus.ts";
import { SeededRandom } from "./seeded_random.ts";

/** What goes wrong. Of the faults, `delay`, `drops`, `repeats` and `overtakes` concern what it publishes. */
export interface Troubles extends Pick<BusFaults, "delay" | "drops" | "repeats" | "overtakes"> {
  readonly seed: number;
  /** Milliseconds that the registry takes longer for each answer. */
  readonly registryDelay: number;
  /** Whether all calls fail, at once or after a while, and nothing arrives. */
  readonly down: "no" | "rejects" | "hangs";
  /** The lowest and the highest version of the servers that it speaks for. */
  readonly versions: readonly [lowest: number, highest: number];
}

const none: Troubles = {
  ...{ delay: [0, 0], drops: 0, repeats: 0, overtakes: 0 },
  ...{ seed: 1, registryDelay: 0, down: "no", versions: [1, 1] },
};

/** Milliseconds until a call fails that is not answered. */
const hanging = 1000;
/** What a claim or a packet of the real version begins with, and one that nobody understands. */
const [real, foreign] = ["[1,1,", "[9,9,"];

/** Wraps a real bus. */
export class TroubledBus implements Bus {
  readonly maxPayload: number;
  readonly #bus: Bus;
  readonly #watchers: BusWatcher[] = [];
  /** Those of the application, with those of the real bus. */
  readonly #listeners = new Map<BusListener, BusListener>();
  #deaf = new Set<BusListener>();
  #troubles = none;
  #random = new SeededRandom(1);
  /** Until when payloads are on their way. */
  #busyUntil = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
    this.maxPayload = bus.maxPayload;
  }

  /** What goes wrong from now on. */
  trouble(troubles: Partial<Troubles>): void {
    const before = this.#troubles;
    this.#troubles = { ...none, ...troubles };
    this.#random = new SeededRandom(this.#troubles.seed);
    if (before.down === "no" || this.#troubles.down !== "no") return;
    for (const { back } of this.#watchers) back?.({ missedMessages: true, lostClaims: true });
  }

  /** The subscriptions that are there get nothing any more, and nobody notices. */
  deafen(): void {
    this.#deaf = new Set(this.#listeners.keys());
  }

  async publish(channel: string, payload: string): Promise<number | undefined> {
    await this.#answers();
    const { drops, repeats, overtakes } = this.#troubles;
    // What is neither a packet nor for all servers is not between two of them.
    const isPacket = /^sj:.*:p:/.test(channel) && payload.startsWith("[");
    if (!isPacket && !/^sj:.*:o$/.test(channel)) return await this.#bus.publish(channel, payload);
    const text = isPacket ? this.#ours(payload) : payload;
    if (this.#random.chance(drops)) return 1;
    for (let copies = this.#random.chance(repeats) ? 2 : 1; copies > 0; copies--) {
      const [least, most] = this.#troubles.delay;
      const free = performance.now() + least + this.#random.roll() * (most - least);
      const isFirst = this.#random.chance(overtakes);
      const at = isFirst ? free : Math.max(free, this.#busyUntil);
      if (!isFirst) this.#busyUntil = at;
      const publish = () => this.#bus.publish(channel, text).catch(() => {});
      if (most === 0) await publish();
      else setTimeout(publish, Math.max(0, at - performance.now()));
    }
    return 1;
  }

  async subscribe(channel: string, listener: BusListener): Promise<void> {
    await this.#answers();
    const isPacket = channel.includes(":p:");
    const real: BusListener = (payload) => {
      if (this.#deaf.has(listener) || this.#troubles.down !== "no") return;
      listener(isPacket ? this.#theirs(payload) : payload);
    };
    this.#listeners.set(listener, real);
    await this.#bus.subscribe(channel, real);
  }

  async unsubscribe(channel: string, listener: BusListener): Promise<void> {
    const real = this.#listeners.get(listener);
    this.#listeners.delete(listener);
    if (real !== undefined) await this.#bus.unsubscribe(channel, real);
  }

  async claim(key: string, value: string, ttl: number): Promise<string> {
    await this.#registryAnswers();
    return this.#theirs(await this.#bus.claim(key, this.#ours(value), ttl));
  }

  async find(key: string): Promise<string | undefined> {
    await this.#registryAnswers();
    const value = await this.#bus.find(key);
    return value === undefined ? undefined : this.#theirs(value);
  }

  async renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    await this.#registryAnswers();
    return await this.#bus.renew(claims.map(([key, value]) => [key, this.#ours(value)]), ttl);
  }

  async release(key: string, value: string): Promise<void> {
    await this.#registryAnswers();
    await this.#bus.release(key, this.#ours(value));
  }

  watch(watcher: BusWatcher): void {
    this.#watchers.push(watcher);
    this.#bus.watch(watcher);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  /** Rejects while the bus is down. */
  async #answers(): Promise<void> {
    const { down } = this.#troubles;
    if (down === "no") return;
    if (down === "hangs") await new Promise((resolve) => setTimeout(resolve, hanging));
    throw new Error("The bus is down");
  }

  async #registryAnswers(): Promise<void> {
    await this.#answers();
    const { registryDelay } = this.#troubles;
    if (registryDelay > 0) await new Promise((resolve) => setTimeout(resolve, registryDelay));
    await this.#answers();
  }

  /** A claim or packet of a server here, with its versions. */
  #ours(text: string): string {
    return text.startsWith(real) ? this.#start + text.slice(real.length) : text;
  }

  /** One of another server, as a server here would understand it. */
  #theirs(text: string): string {
    const start = this.#start;
    if (start === real) return text;
    if (text.startsWith(start)) return real + text.slice(start.length);
    const isUnderstood = this.#troubles.versions[0] === 1;
    return text.startsWith(real) && !isUnderstood ? foreign + text.slice(real.length) : text;
  }

  get #start(): string {
    const [lowest, highest] = this.#troubles.versions;
    return `[${lowest},${highest},`;
  }
}

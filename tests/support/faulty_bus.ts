/**
 * A bus within one process that loses, repeats, delays and reorders what is published, and fails in
 * other ways, as a test says and a seed decides.
 *
 * @module
 */

import type { Bus, BusListener, BusWatcher, Claim } from "../../src/cluster/bus.ts";
import { Claims } from "../../src/cluster/local_bus/claims.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** What goes wrong. All but the delays are chances, from 0 to 1. */
export interface BusFaults {
  /** Milliseconds that a payload or an answer takes, at least and at most. */
  readonly delay: readonly [least: number, most: number];
  /** A payload does not reach a bus. */
  readonly drops: number;
  /** A payload reaches a bus twice. */
  readonly repeats: number;
  /** A payload does not wait for those that were published before it. */
  readonly overtakes: number;
  /** A call rejects. In half of the cases, it has had its effect. */
  readonly rejects: number;
  /** A payload reaches nobody, and `publish` tells so. */
  readonly zeros: number;
  /** `publish` does not know how many processes it has reached. */
  readonly unknown: number;
  /** A promise of `publish` never settles. */
  readonly unsettled: number;
}

/** Everything arrives, at once. */
export const noFaults: BusFaults = {
  delay: [0, 0],
  drops: 0,
  repeats: 0,
  overtakes: 0,
  rejects: 0,
  zeros: 0,
  unknown: 0,
  unsettled: 0,
};

/** What its buses share: the payloads on their way, and the claims. */
export class FaultyEngine {
  /** May be changed at any time. */
  faults = noFaults;
  readonly random: SeededRandom;
  readonly claims = new Claims();
  readonly buses: FaultyBus[] = [];
  #isDown = false;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  open(): FaultyBus {
    const bus = new FaultyBus(this);
    this.buses.push(bus);
    return bus;
  }

  /** Whether it answers nobody, and loses what is on its way. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Stops answering. All buses know it. */
  stop(): void {
    this.#isDown = true;
    for (const { watchers } of this.buses) for (const { lost } of watchers) lost?.();
  }

  /** Answers again; without the claims that it had, if it was emptied. */
  start(isEmptied: boolean): void {
    this.#isDown = false;
    if (isEmptied) this.claims.clear();
    for (const { watchers } of this.buses) {
      for (const watcher of watchers) {
        watcher.back?.({ missedMessages: true, lostClaims: isEmptied });
      }
    }
  }

  /** A random delay. */
  delay(): number {
    const [least, most] = this.faults.delay;
    return least + this.random.roll() * (most - least);
  }
}

/** A bus of an engine. */
export class FaultyBus implements Bus {
  maxPayload = 1024 * 1024;
  readonly watchers = new Set<BusWatcher>();
  /** Whether no payload reaches it. */
  isDeaf = false;
  /** Whether no payload of it reaches anyone. It does not notice. */
  isMute = false;
  readonly #engine: FaultyEngine;
  readonly #listeners = new Map<string, Set<BusListener>>();
  /** Until when payloads of each publisher are on their way here. */
  readonly #busyUntil = new Map<FaultyBus, number>();
  /** What happens when it is not frozen any more. */
  #held: (() => void)[] | undefined;
  #isClosed = false;

  constructor(engine: FaultyEngine) {
    this.#engine = engine;
  }

  /** Whether its process stands still: all that comes in or goes out waits. */
  get isFrozen(): boolean {
    return this.#held !== undefined;
  }

  freeze(): void {
    this.#held ??= [];
  }

  thaw(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const run of held) run();
  }

  publish(channel: string, payload: string): Promise<number | undefined> {
    const { random, faults } = this.#engine;
    if (new TextEncoder().encode(payload).length > this.maxPayload) {
      return Promise.reject(new RangeError("The payload is too large"));
    }
    const answer = this.#call(() => {
      if (random.chance(faults.zeros)) return 0;
      let count = 0;
      for (const bus of this.#engine.buses) {
        if (!bus.#listeners.has(channel)) continue;
        count++;
        if (!this.isMute) bus.#send(this, channel, payload);
      }
      return random.chance(faults.unknown) ? undefined : count;
    });
    if (!random.chance(faults.unsettled)) return answer;
    answer.catch(() => {});
    return new Promise(() => {});
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    return this.#call(() => {
      const listeners = this.#listeners.get(channel) ?? new Set();
      this.#listeners.set(channel, listeners.add(listener));
    });
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    const listeners = this.#listeners.get(channel);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(channel);
    return Promise.resolve();
  }

  claim(key: string, value: string, ttl: number): Promise<string> {
    return this.#call(() => this.#engine.claims.claim(key, value, ttl));
  }

  find(key: string): Promise<string | undefined> {
    return this.#call(() => this.#engine.claims.find(key));
  }

  renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return this.#call(() =>
      claims.map(([key, value]) => this.#engine.claims.renew(key, value, ttl))
    );
  }

  release(key: string, value: string): Promise<void> {
    return this.#call(() => this.#engine.claims.release(key, value));
  }

  watch(watcher: BusWatcher): void {
    this.watchers.add(watcher);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    this.thaw();
    return Promise.resolve();
  }

  /** Sends a payload to this bus. */
  #send(from: FaultyBus, channel: string, payload: string): void {
    const { random, faults } = this.#engine;
    if (random.chance(faults.drops)) return;
    for (let copies = random.chance(faults.repeats) ? 2 : 1; copies > 0; copies--) {
      const free = performance.now() + this.#engine.delay();
      const overtakes = random.chance(faults.overtakes);
      const at = overtakes ? free : Math.max(free, this.#busyUntil.get(from) ?? 0);
      if (!overtakes) this.#busyUntil.set(from, at);
      setTimeout(
        () => this.#whenRunning(() => this.#received(channel, payload)),
        Math.max(0, at - performance.now()),
      );
    }
  }

  #received(channel: string, payload: string): void {
    if (this.isDeaf || this.#engine.isDown) return;
    for (const listener of [...this.#listeners.get(channel) ?? []]) listener(payload);
  }

  #whenRunning(run: () => void): void {
    if (this.#held === undefined) run();
    else this.#held.push(run);
  }

  /** Asks the engine, which answers later. */
  #call<Result>(run: () => Result): Promise<Result> {
    const { random, faults } = this.#engine;
    const rejects = random.chance(faults.rejects);
    const hasEffect = !rejects || random.chance(0.5);
    const there = this.#engine.delay() / 2;
    return new Promise((resolve, reject) => {
      const ask = () => {
        const isRefused = this.#isClosed || this.#engine.isDown;
        const result = hasEffect && !isRefused ? run() : undefined;
        const answer = () => {
          if (isRefused || rejects || this.#isClosed) reject(new Error("The bus does not answer"));
          else resolve(result as Result);
        };
        if (there > 0) setTimeout(() => this.#whenRunning(answer), there);
        else answer();
      };
      this.#whenRunning(ask);
    });
  }
}

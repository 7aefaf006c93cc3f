/**
 * A bus that knows whether all its subscriptions are confirmed.
 *
 * @module
 */

import type { Bus, BusListener, BusWatcher, Claim } from "../../src/adapters/cluster.ts";

/** Passes everything on to another bus. */
export class WatchedBus implements Bus {
  readonly #bus: Bus;
  readonly #pending = new Set<Promise<void>>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Resolves when the subscriptions that were asked for so far are confirmed. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  get maxPayload(): number {
    return this.#bus.maxPayload;
  }

  publish(channel: string, payload: string): Promise<number | undefined> {
    return this.#bus.publish(channel, payload);
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    const confirmed = this.#bus.subscribe(channel, listener);
    this.#pending.add(confirmed);
    return confirmed.finally(() => this.#pending.delete(confirmed));
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    return this.#bus.unsubscribe(channel, listener);
  }

  claim(key: string, value: string, ttl: number): Promise<string> {
    return this.#bus.claim(key, value, ttl);
  }

  find(key: string): Promise<string | undefined> {
    return this.#bus.find(key);
  }

  renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return this.#bus.renew(claims, ttl);
  }

  release(key: string, value: string): Promise<void> {
    return this.#bus.release(key, value);
  }

  watch(watcher: BusWatcher): void {
    this.#bus.watch(watcher);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}

/**
 * A bus within one process, which tests can break.
 *
 * @module
 */

import type { Bus, BusListener, BusWatcher } from "../../src/cluster/bus.ts";

/** What its buses share. */
export class MemoryEngine {
  readonly listeners = new Map<string, Set<BusListener>>();
  readonly buses: MemoryBus[] = [];
  /** What calls reject with, while it is set. */
  error: Error | undefined;
  /** All that was published: channel and payload. */
  readonly published: [string, string][] = [];

  open(): MemoryBus {
    const bus = new MemoryBus(this);
    this.buses.push(bus);
    return bus;
  }
}

/** A bus of an engine. It has no claims. */
export class MemoryBus implements Bus {
  maxPayload = 1024 * 1024;
  readonly watchers = new Set<BusWatcher>();
  readonly #engine: MemoryEngine;

  constructor(engine: MemoryEngine) {
    this.#engine = engine;
  }

  publish(channel: string, payload: string): Promise<number> {
    if (this.#engine.error !== undefined) return Promise.reject(this.#engine.error);
    this.#engine.published.push([channel, payload]);
    const listeners = this.#engine.listeners.get(channel);
    for (const listener of listeners ?? []) queueMicrotask(() => listener(payload));
    return Promise.resolve(listeners?.size ?? 0);
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    if (this.#engine.error !== undefined) return Promise.reject(this.#engine.error);
    const { listeners } = this.#engine;
    if (!listeners.has(channel)) listeners.set(channel, new Set());
    listeners.get(channel)!.add(listener);
    return Promise.resolve();
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    const { listeners } = this.#engine;
    listeners.get(channel)?.delete(listener);
    if (listeners.get(channel)?.size === 0) listeners.delete(channel);
    return Promise.resolve();
  }

  claim(): Promise<string> {
    return Promise.reject(new Error("There are no claims"));
  }

  find(): Promise<undefined> {
    return Promise.reject(new Error("There are no claims"));
  }

  renew(): Promise<boolean[]> {
    return Promise.reject(new Error("There are no claims"));
  }

  release(): Promise<void> {
    return Promise.reject(new Error("There are no claims"));
  }

  watch(watcher: BusWatcher): void {
    this.watchers.add(watcher);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

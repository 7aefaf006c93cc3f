/**
 * A bus within one process, which tests can break.
 *
 * @module
 */

import type { Bus, BusListener, BusWatcher, Claim } from "../../src/cluster/bus.ts";
import { Claims } from "../../src/cluster/local_bus/claims.ts";

/** What its buses share. */
export class MemoryEngine {
  readonly claims = new Claims();
  readonly listeners = new Map<string, Set<BusListener>>();
  readonly buses: MemoryBus[] = [];
  /** What calls reject with, while it is set. */
  error: unknown;
  /** All that was published: channel and payload. */
  readonly published: [string, string][] = [];

  open(): MemoryBus {
    const bus = new MemoryBus(this);
    this.buses.push(bus);
    return bus;
  }
}

/** A bus of an engine. */
export class MemoryBus implements Bus {
  maxPayload = 1024 * 1024;
  readonly watchers = new Set<BusWatcher>();
  /** What its own calls reject with, while it is set. It gets no messages then. */
  error: Error | undefined;
  readonly #engine: MemoryEngine;
  readonly #own: [channel: string, listener: BusListener][] = [];

  constructor(engine: MemoryEngine) {
    this.#engine = engine;
  }

  publish(channel: string, payload: string): Promise<number> {
    return this.#call(() => {
      if (new TextEncoder().encode(payload).length > this.maxPayload) {
        throw new RangeError("The payload is too large");
      }
      this.#engine.published.push([channel, payload]);
      for (const bus of this.#engine.buses) bus.#received(channel, payload);
      return this.#engine.listeners.get(channel)?.size ?? 0;
    });
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    return this.#call(() => {
      const { listeners } = this.#engine;
      if (!listeners.has(channel)) listeners.set(channel, new Set());
      listeners.get(channel)!.add(listener);
      this.#own.push([channel, listener]);
    });
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    const at = this.#own.findIndex((own) => own[0] === channel && own[1] === listener);
    if (at >= 0) this.#own.splice(at, 1);
    const { listeners } = this.#engine;
    listeners.get(channel)?.delete(listener);
    if (listeners.get(channel)?.size === 0) listeners.delete(channel);
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
    this.error = new Error("The bus is closed");
    for (const [channel, listener] of [...this.#own]) this.unsubscribe(channel, listener);
    return Promise.resolve();
  }

  #received(channel: string, payload: string): void {
    if (this.error !== undefined) return;
    for (const own of this.#own) {
      if (own[0] !== channel) continue;
      queueMicrotask(() => {
        if (this.#own.includes(own)) own[1](payload);
      });
    }
  }

  /** Each call is a promise, of an error as well. */
  #call<Result>(run: () => Result): Promise<Result> {
    const error = this.error ?? this.#engine.error;
    return error === undefined ? new Promise((resolve) => resolve(run())) : Promise.reject(error);
  }
}

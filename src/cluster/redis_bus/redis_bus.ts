/**
 * A bus through Redis, with clients of the application's own.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { unheldTimer } from "../../event_loop/unheld_timer.ts";
import { callSafely } from "../attempt.ts";
import type { Bus, BusListener, BusWatcher, Claim, Interruption } from "../bus.ts";
import { CallTimeouts } from "../call_timeouts.ts";
import { ByChannel, forEachPresent } from "../local_bus/by_channel.ts";
import { tellPolicy } from "./eviction_policy.ts";
import { RedisClaims } from "./redis_claims.ts";
import { type ConnectionsHost, RedisConnections } from "./redis_connections.ts";
import {
  checkedRedisOptions,
  makeAdapter,
  type RedisBusOptions,
  type RedisClient,
} from "./redis_bus_options.ts";

export type { RedisBusOptions };

/**
 * The largest payload, in bytes. Redis ends the connection of a subscriber for which 32 MiB wait, or 8
 * MiB for a minute.
 */
const maxPayload: number = 8 * 1024 * 1024;
/** Those of open buses. Each bus leaves what it has no listener for, also what another one needs. */
const subscribers = new WeakSet<RedisClient>();

/** Milliseconds until a command is sent again. */
const retryDelay = 50;

/**
 * Makes a bus of two clients for Redis, which it does not close. All buses on the same engine are
 * connected, whatever the number of its database.
 *
 * @throws {TypeError} If a client is none that it knows, or one that cannot be used like this.
 * @throws {RangeError} If a number is out of its range.
 */
export function redisBus(options: RedisBusOptions): Bus {
  return new RedisBus(options);
}

class RedisBus implements Bus, ConnectionsHost {
  readonly maxPayload: number = maxPayload;
  readonly #calls: CallTimeouts;
  readonly #timeout: number;
  readonly #claims: RedisClaims;
  readonly #subscriber: RedisClient;
  readonly #connections: RedisConnections;
  readonly #listeners = new ByChannel<BusListener>();
  readonly #log: (message: string) => void;
  readonly #watchers = new Set<BusWatcher>();
  /** What is published, but not yet taken by Redis. */
  readonly #publishing = new Set<Promise<unknown>>();
  #isClosed = false;
  #ended: Promise<void> | undefined;

  constructor(options: RedisBusOptions) {
    const { client, subscriber, timeout } = checkedRedisOptions(options);
    if (subscribers.has(subscriber)) {
      throw new TypeError("Cannot make a Redis bus: another one uses the same subscriber");
    }
    subscribers.add(this.#subscriber = subscriber);
    this.#log = options.log ?? ((message) => console.error(message));
    this.#calls = new CallTimeouts(timeout);
    this.#connections = new RedisConnections(
      ...[makeAdapter(client), makeAdapter(subscriber), this.#calls, timeout, this] as const,
    );
    this.#timeout = timeout;
    this.#claims = new RedisClaims((name, args) => this.#askAgain(name, args));
    const ask = (section: string) => this.#connections.client.command("INFO", [section]);
    tellPolicy((section) => this.#call("INFO", () => ask(section)), (message) => this.log(message));
  }

  get channels(): Iterable<string> {
    return this.#listeners.channels;
  }

  async publish(channel: string, payload: string): Promise<number | undefined> {
    checkSize(payload);
    const sent = this.#call("publish", () => {
      return this.#connections.client.command("PUBLISH", [channel, payload]);
    });
    this.#publishing.add(sent);
    try {
      const count = await sent;
      return typeof count === "number" ? count : undefined;
    } finally {
      this.#publishing.delete(sent);
    }
  }

  async subscribe(channel: string, listener: BusListener): Promise<void> {
    if (!this.#isClosed) this.#listeners.add(channel, listener);
    await this.#call("subscribe", () => {
      const isWanted = this.#listeners.of(channel) !== undefined;
      return isWanted ? this.#connections.subscribe(channel) : Promise.resolve();
    });
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    if (this.#listeners.remove(channel, listener)) this.#connections.unsubscribe(channel);
    return Promise.resolve();
  }

  async claim(key: string, value: string, ttl: number): Promise<string> {
    return await this.#claims.claim(key, value, ttl);
  }

  async find(key: string): Promise<string | undefined> {
    return await this.#claims.find(key);
  }

  async renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return await this.#claims.renew(claims, ttl);
  }

  async release(key: string, value: string): Promise<void> {
    await this.#claims.release(key, value);
  }

  watch(watcher: BusWatcher): void {
    this.#watchers.add(watcher);
  }

  close(): Promise<void> {
    return this.#ended ??= this.#close();
  }

  received(channel: string, payload: string): void {
    if (this.#isClosed) return;
    const failed = (error: unknown) => this.log(`A listener of the bus failed: ${error}`);
    forEachPresent(
      this.#listeners.of(channel),
      (listener) => callSafely(() => listener(payload), failed),
    );
  }

  back(interruption: Interruption): void {
    const failed = (error: unknown) => this.log(`A watcher of the bus failed: ${error}`);
    forEachPresent(
      this.#watchers,
      (watcher) => callSafely(() => watcher.back?.(interruption), failed),
    );
  }

  log(message: string): void {
    // There is no other place to tell what it throws.
    callSafely(() => this.#log(message), () => {});
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    // They have their time limit.
    await Promise.allSettled(this.#publishing);
    this.#calls.rejectAll("the bus is closed");
    this.#connections.close();
    subscribers.delete(this.#subscriber);
  }

  /**
   * Sends a command that may be sent twice. After an interruption it is: what the first has done, the
   * second finds.
   */
  #askAgain(name: string, args: string[]): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new Error(`Cannot ${name}: the bus is closed`));
    const connections = this.#connections;
    return this.#calls.run(name, async () => {
      const end = performance.now() + this.#timeout - retryDelay;
      for (;;) {
        const { cuts } = connections;
        try {
          return await connections.whenWorking(() => connections.client.command(name, args));
        } catch (error) {
          if (performance.now() >= end) throw error;
          const isCut = cuts !== connections.cuts;
          // The client may tell of the interruption a moment later.
          await new Promise<void>((resolve) => unheldTimer(resolve, retryDelay));
          if (!isCut && cuts === connections.cuts || this.#isClosed) throw error;
        }
      }
    });
  }

  #call<Result>(name: string, call: () => PromiseLike<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new Error(`Cannot ${name}: the bus is closed`));
    return this.#calls.run(name, () => this.#connections.whenWorking(call));
  }
}

/** @throws {RangeError} If a payload is too large. */
function checkSize(payload: string): void {
  if (payload.length * 3 <= maxPayload) return;
  const bytes = Buffer.byteLength(payload);
  if (bytes <= maxPayload) return;
  throw new RangeError(`Cannot publish: the payload has ${bytes} bytes, at most ${maxPayload}`);
}

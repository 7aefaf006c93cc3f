/**
 * Connects the servers of many machines through NATS.
 *
 * @module
 */

import { unheldTimer } from "../../event_loop/unheld_timer.ts";
import { callSafely } from "../attempt.ts";
import type { Bus, BusListener, BusWatcher, Claim } from "../bus.ts";
import { CallTimeouts } from "../call_timeouts.ts";
import { ByChannel, forEachPresent } from "../local_bus/by_channel.ts";
import { BucketClaims, claimsCost } from "./bucket_claims.ts";
import { BucketState } from "./bucket_state.ts";
import { ConnectionGate } from "./connection_gate.ts";
import { Flushes } from "./flushes.ts";
import { givesUp, type NatsBusOptions, natsBusSettings } from "./nats_bus_options.ts";
import { errorOf, type NatsConnection, type NatsStatus } from "./nats_client.ts";
import { encodedName } from "./nats_names.ts";

export type { NatsBusOptions };

/** What a server takes that does not say it. */
const defaultMaxPayload = 1024 * 1024;
/** The most characters of a channel or a key. */
const maxName = 300;
/** What a message counts beside its payload. */
const messageCost = 128;
/** Milliseconds that the end takes at most. */
const closeTimeout = 1000;
/** Milliseconds until it is asked again whether subscriptions are in place. */
const retryDelay = 100;

/** The subscription of a channel. */
interface Subscribed {
  subscription: ReturnType<NatsConnection["subscribe"]> | undefined;
  /** Why the server has refused it. */
  error?: Error;
}

/**
 * Makes a bus for all processes that connect to the same NATS. The application makes the connection,
 * and closes it after the bus.
 *
 * @throws {TypeError} If an option is of the wrong kind.
 * @throws {RangeError} If a number is out of its range.
 * @throws {Error} If the connection is closed.
 */
export function natsBus(options: NatsBusOptions): Bus {
  return new NatsBus(options);
}

class NatsBus implements Bus {
  readonly maxPayload: number;
  readonly #connection: NatsConnection;
  readonly #subjects: string;
  readonly #log: (message: string) => void;
  readonly #warned = new Set<string>();
  readonly #timeouts: CallTimeouts;
  readonly #flushes: Flushes;
  readonly #lastFlush: Flushes;
  readonly #state: BucketState | undefined;
  readonly #claims: BucketClaims | undefined;
  readonly #listeners = new ByChannel<BusListener>();
  readonly #subscribed = new Map<string, Subscribed>();
  readonly #watchers = new Set<BusWatcher>();
  readonly #statuses: AsyncIterable<NatsStatus>;
  readonly #encoder = new TextEncoder();
  /** A byte order mark is a character like any other. */
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Grows with each interruption. */
  #interruptions = 0;
  readonly #gate: ConnectionGate;
  #isClosed = false;
  #ended: Promise<void> | undefined;

  constructor(options: NatsBusOptions) {
    const { connection, open, subject, timeout, log } = natsBusSettings(options);
    this.#connection = connection;
    this.#subjects = `${subject}.`;
    this.#log = log;
    this.maxPayload = connection.info?.max_payload ?? defaultMaxPayload;
    this.#timeouts = new CallTimeouts(timeout);
    this.#gate = new ConnectionGate(timeout);
    // What is under way when the bus is closed may still be sent.
    this.#flushes = new Flushes(connection, new CallTimeouts(timeout));
    this.#lastFlush = new Flushes(connection, new CallTimeouts(closeTimeout));
    if (open !== undefined) {
      this.#state = new BucketState({
        connection,
        timeout,
        open,
        lost: () => this.#back(false, true),
        warnOnce: (message) => this.#warnOnce(message),
      });
      this.#claims = new BucketClaims(this.#state, this.#timeouts, timeout);
    }
    if (givesUp(connection)) {
      this.#warnOnce(
        "The connection to NATS ends for good after some attempts to connect again: " +
          "use maxReconnectAttempts: -1",
      );
    }
    this.#statuses = connection.status();
    this.#follow().catch((error) => {
      this.#warnOnce(`The bus does not learn of interruptions any more: ${error}`);
    });
  }

  async publish(channel: string, payload: string): Promise<undefined> {
    this.#check(channel);
    const bytes = this.#encoder.encode(payload);
    const { length } = bytes;
    if (length > this.maxPayload) {
      throw new RangeError(
        `Cannot publish: the payload has ${length} bytes, at most ${this.maxPayload}`,
      );
    }
    if (!this.#gate.isOpen) throw new Error("Cannot publish: the connection is interrupted");
    const cost = messageCost + length;
    this.#flushes.checkRoom(cost);
    this.#connection.publish(this.#subjects + encodedName(channel), bytes);
    await this.#flushes.confirmed(cost);
  }

  async subscribe(channel: string, listener: BusListener): Promise<void> {
    this.#check(channel);
    const subscribed = this.#subscribed.get(channel) ?? this.#subscribe(channel);
    this.#listeners.add(channel, listener);
    await this.#timeouts.run("subscribe", () => this.#confirmSubscription());
    if (subscribed.error !== undefined) throw subscribed.error;
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    if (this.#listeners.remove(channel, listener)) {
      const subscribed = this.#subscribed.get(channel);
      this.#subscribed.delete(channel);
      if (!this.#connection.isClosed()) subscribed?.subscription?.unsubscribe();
    }
    return Promise.resolve();
  }

  async claim(key: string, value: string, ttl: number): Promise<string> {
    return await this.#registry(key).claim(key, value, ttl);
  }

  async find(key: string): Promise<string | undefined> {
    return await this.#registry(key).find(key);
  }

  async renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return await this.#registry(...claims.map(([key]) => key)).renew(claims, ttl);
  }

  async release(key: string, value: string): Promise<void> {
    await this.#registry(key).release(key, value);
  }

  watch(watcher: BusWatcher): void {
    this.#watchers.add(watcher);
  }

  close(): Promise<void> {
    return this.#ended ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#state?.close();
    this.#timeouts.rejectAll("the bus is closed");
    // Otherwise the connection would keep the bus.
    (this.#statuses as { stop?(): void }).stop?.();
    if (this.#connection.isClosed()) return;
    for (const { subscription } of this.#subscribed.values()) subscription?.unsubscribe();
    // It has failed for what is left, too.
    await this.#lastFlush.confirmed().catch(() => {});
  }

  /** Tells of interruptions. */
  async #follow(): Promise<void> {
    for await (const status of this.#statuses) {
      if (this.#isClosed) return;
      if (status.type === "disconnect") this.#disconnected();
      else if (status.type === "reconnect") this.#reconnected();
      else if (status.type === "error") {
        const { name, message } = errorOf(status);
        // It may have a subject, of which there are as many as topics.
        this.#warnOnce(`NATS tells of an error: ${message}`, name);
      } else if (status.type === "close") {
        this.#disconnected();
        this.#warnOnce("The connection to NATS is closed for good: the bus is of no use any more");
      }
    }
  }

  #disconnected(): void {
    this.#interruptions++;
    this.#gate.close();
    this.#state?.suspend();
  }

  async #reconnected(): Promise<void> {
    const interruptions = this.#interruptions;
    this.#gate.open();
    // The client has sent all subscriptions. The server may not have them yet.
    while (!await this.#isConfirmed()) {
      await new Promise<void>((resolve) => unheldTimer(resolve, retryDelay));
      if (interruptions !== this.#interruptions || this.#isClosed) return;
    }
    if (interruptions !== this.#interruptions) return;
    this.#back(true, false);
    this.#state?.resume();
  }

  async #isConfirmed(): Promise<boolean> {
    try {
      await this.#flushes.confirmed();
      return true;
    } catch {
      return false;
    }
  }

  /** Waits for the connection. The client subscribes anew when it is back. */
  async #confirmSubscription(): Promise<void> {
    for (;;) {
      await this.#gate.opened();
      const interruptions = this.#interruptions;
      try {
        return await this.#flushes.confirmed();
      } catch (error) {
        // The client may tell of an interruption a moment later.
        await new Promise<void>((resolve) => unheldTimer(resolve, retryDelay));
        if (interruptions === this.#interruptions) throw error;
      }
    }
  }

  #subscribe(channel: string): Subscribed {
    const subscribed: Subscribed = { subscription: undefined };
    subscribed.subscription = this.#connection.subscribe(this.#subjects + encodedName(channel), {
      callback: (error, message) => {
        if (error === null) return this.#deliver(channel, message.data);
        subscribed.error = error;
        this.#warnOnce(`NATS refuses a subscription: ${error.message}`, "subscription");
      },
    });
    this.#subscribed.set(channel, subscribed);
    return subscribed;
  }

  #deliver(channel: string, data: Uint8Array): void {
    if (this.#isClosed) return;
    const listeners = this.#listeners.of(channel);
    if (listeners === undefined) return;
    const payload = this.#decoder.decode(data);
    const failed = (error: unknown) => this.#warn(`A listener of the bus failed: ${error}`);
    forEachPresent(listeners, (listener) => callSafely(() => listener(payload), failed));
  }

  #registry(...keys: string[]): BucketClaims {
    for (const key of keys) this.#check(key);
    if (this.#isClosed) throw new Error("The bus is closed");
    const claims = this.#claims;
    if (claims === undefined) {
      throw new Error("The bus has no bucket for claims: set the option kv");
    }
    const cost = claimsCost(keys.length);
    this.#flushes.checkRoom(cost);
    // Without a connection, they wait for it, and for no longer than `timeout`.
    if (this.#gate.isOpen) this.#flushes.confirmed(cost).catch(() => {});
    return claims;
  }

  /** Checks the name of a channel or a key, and whether the bus can be used. */
  #check(name: string): void {
    if (this.#isClosed) throw new Error("The bus is closed");
    if (typeof name === "string" && name.length <= maxName) return;
    throw new TypeError(`A channel or a key must be a string of at most ${maxName} characters`);
  }

  #back(missedMessages: boolean, lostClaims: boolean): void {
    if (this.#isClosed) return;
    const failed = (error: unknown) => this.#warn(`A watcher of the bus failed: ${error}`);
    forEachPresent(
      this.#watchers,
      (watcher) => callSafely(() => watcher.back?.({ missedMessages, lostClaims }), failed),
    );
  }

  /** @param kind what is told once; each message, if it is not given. */
  #warnOnce(message: string, kind: string = message): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#warn(message);
  }

  #warn(message: string): void {
    // There is no other place to tell what it throws.
    callSafely(() => this.#log(message), () => {});
  }
}

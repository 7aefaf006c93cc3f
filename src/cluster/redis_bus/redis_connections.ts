/**
 * Both clients of a Redis bus: notices when they were cut off, and makes them work again.
 *
 * @module
 */

import { unheldTimer } from "../../event_loop/unheld_timer.ts";
import { attempt, callSafely } from "../attempt.ts";
import type { Interruption } from "../bus.ts";
import type { CallTimeouts } from "../call_timeouts.ts";
import { BoundedAdapter } from "./bounded_adapter.ts";
import { clusterRefusal } from "./cluster_node.ts";
import { type AdapterListener, type RedisAdapter } from "./redis_adapter.ts";
import { SelfPing } from "./self_ping.ts";

/** A key that tells servers that start of claims that may be gone, for so many milliseconds. */
const settlingKey = "sj:settling";
const settleTime = 5000;
/** Milliseconds until it is tried again to subscribe. */
const retryDelay = 500;
/** Channels that are subscribed to with one command. */
const batch = 1000;

/** What the connections need of their bus. */
export interface ConnectionsHost {
  /** All channels that have listeners. */
  readonly channels: Iterable<string>;
  received(channel: string, payload: string): void;
  back(interruption: Interruption): void;
  log(message: string): void;
}

/** How the adapters of both clients are made. */
export type MakeAdapter = (listener: AdapterListener) => RedisAdapter;

/** They work if what is published reaches the bus itself. */
export class RedisConnections {
  readonly client: RedisAdapter;
  readonly #subscriber: RedisAdapter;
  readonly #calls: CallTimeouts;
  readonly #host: ConnectionsHost;
  readonly #ownChannel = `sj:bus:${crypto.randomUUID()}`;
  readonly #ping: SelfPing;
  /** By channel, what the client has said to SUBSCRIBE. */
  readonly #subscribed = new Map<string, Promise<unknown>>();
  /** Channels without listeners that are being left. */
  readonly #leaving = new Set<string>();
  #isWorking = false;
  /** Calls that wait until they work, the oldest first. */
  #waiting = new Set<{ end: number; run: () => void }>();
  readonly #timeout: number;
  /** Whether each client was connected before. */
  #wasClientReady: boolean;
  #wasSubscriberReady: boolean;
  #missedMessages = false;
  #lostClaims = false;
  #isFirst = true;
  #cuts = 0;
  #isRestoring = false;
  #hasToldFailure = false;
  #lastError: unknown;
  #isClosed = false;

  /** @param timeout Milliseconds for which calls wait at most. */
  constructor(
    makeClient: MakeAdapter,
    makeSubscriber: MakeAdapter,
    calls: CallTimeouts,
    timeout: number,
    host: ConnectionsHost,
  ) {
    this.#calls = calls;
    this.#timeout = timeout;
    this.#host = host;
    const failed = (error: unknown) => this.#lastError = error;
    const [lost, nothing] = [() => this.#cut(), () => {}];
    const ready = () => this.#clientReady();
    this.client = new BoundedAdapter(makeClient({ ready, lost, failed, message: nothing }));
    this.#subscriber = new BoundedAdapter(makeSubscriber({
      ready: () => this.#subscriberReady(),
      lost,
      failed,
      message: (channel, payload) => this.#received(channel, payload),
    }));
    this.#wasClientReady = this.client.isReady;
    this.#wasSubscriberReady = this.#subscriber.isReady;
    this.#ping = new SelfPing({
      publish: (payload) => this.#publishToSelf(payload),
      deaf: () => this.#deaf(),
      tick: () => {
        if (!this.#areReady) this.#tellFailure("The bus cannot connect to Redis");
        this.#restore();
      },
    });
    this.#restore();
  }

  /** How often they were cut off. */
  get cuts(): number {
    this.#look();
    return this.#cuts;
  }

  /** How many calls wait. Some of them may have been rejected. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Makes a call when both clients work; at once if they do. Calls keep their order. */
  whenWorking<Result>(call: () => PromiseLike<Result>): PromiseLike<Result> {
    this.#look();
    if (this.#isWorking) return call();
    return new Promise((resolve, reject) => {
      const run = () => void attempt(async () => await call()).then(resolve, reject);
      const now = performance.now();
      // They have been rejected. While Redis is away for long, they would pile up.
      for (const each of this.#waiting) {
        if (each.end > now) break;
        this.#waiting.delete(each);
      }
      this.#waiting.add({ end: now + this.#timeout, run });
    });
  }

  /** Subscribes to a channel that has a listener now. */
  subscribe(channel: string): Promise<unknown> {
    const known = this.#subscribed.get(channel);
    if (known !== undefined) return known;
    const subscribed = this.#subscriber.subscribe([channel]);
    this.#note([channel], subscribed);
    return subscribed;
  }

  /** Leaves a channel that has no listener any more. */
  unsubscribe(channel: string): void {
    if (!this.#subscribed.delete(channel)) return;
    // What is left nevertheless is left later: see `#received`.
    this.#leave(channel);
  }

  close(): void {
    this.#isClosed = true;
    this.#isWorking = false;
    this.#waiting.clear();
    this.#ping.close();
    for (const channel of [...this.#subscribed.keys(), this.#ownChannel]) this.#leave(channel);
    this.client.release();
    this.#subscriber.release();
  }

  get #areReady(): boolean {
    return this.client.isReady && this.#subscriber.isReady;
  }

  #clientReady(): void {
    if (this.#wasClientReady) this.#cut({ lostClaims: true });
    this.#wasClientReady = true;
    this.#restore();
  }

  #subscriberReady(): void {
    if (this.#wasSubscriberReady) this.#cut({ missedMessages: true });
    this.#wasSubscriberReady = true;
    this.#restore();
  }

  #deaf(): void {
    if (!this.#isWorking) return;
    this.#lastError = new Error("The subscriber does not hear what is published");
    this.#cut({ missedMessages: true });
    this.#restore();
  }

  #cut({ missedMessages = false, lostClaims = false } = {}): void {
    if (this.#isClosed) return;
    this.#missedMessages ||= missedMessages;
    this.#lostClaims ||= lostClaims;
    this.#cuts++;
    if (!this.#isWorking) return;
    this.#isWorking = false;
    this.#tellFailure("The bus is cut off from Redis");
  }

  /** Not every client tells at once that its connection has ended. */
  #look(): void {
    if (this.#isWorking && !this.#areReady) this.#cut();
  }

  #tellFailure(what: string): void {
    if (this.#hasToldFailure) return;
    this.#hasToldFailure = true;
    const reason = this.#lastError instanceof Error ? `: ${this.#lastError.message}` : "";
    this.#host.log(what + reason);
  }

  async #restore(): Promise<void> {
    if (this.#isClosed || this.#isWorking || this.#isRestoring) return;
    for (const adapter of [this.client, this.#subscriber]) {
      callSafely(() => adapter.connect(), (error) => this.#lastError = error);
    }
    // Otherwise it is called again when they are.
    if (!this.#areReady) return;
    this.#isRestoring = true;
    const cuts = this.#cuts;
    try {
      if (this.#isFirst) await this.#checkKind();
      await this.#calls.run("subscribe", () => this.#subscribeToAll());
      await this.#calls.run("look for lost claims", () => this.#settle());
      await this.#calls.run("hear itself", () => this.#ping.hearsItself());
      if (cuts === this.#cuts) this.#works();
    } catch (error) {
      this.#lastError = error;
      if (!this.#isClosed) this.#tellFailure("The bus cannot work with Redis");
      await new Promise<void>((resolve) => unheldTimer(resolve, retryDelay));
    }
    this.#isRestoring = false;
    this.#restore();
  }

  async #checkKind(): Promise<void> {
    const info = (section: string) => this.client.command("INFO", [section]);
    const refusal = await this.#calls.run("look for a cluster", () => clusterRefusal(info));
    if (refusal === undefined) return;
    this.#calls.rejectAll(refusal);
    throw new Error(refusal);
  }

  async #subscribeToAll(): Promise<void> {
    this.#subscribed.clear();
    // What has not been answered by now may never be.
    this.#leaving.clear();
    const channels = [this.#ownChannel, ...this.#host.channels];
    const all: Promise<unknown>[] = [];
    for (let at = 0; at < channels.length; at += batch) {
      const some = channels.slice(at, at + batch);
      const subscribed = this.#subscriber.subscribe(some);
      this.#note(some, subscribed);
      all.push(subscribed);
    }
    await Promise.all(all);
  }

  #note(channels: string[], subscribed: Promise<unknown>): void {
    for (const channel of channels) {
      this.#subscribed.set(channel, subscribed);
      this.#leaving.delete(channel);
    }
    subscribed.catch(() => {
      for (const channel of channels) {
        if (this.#subscribed.get(channel) === subscribed) this.#subscribed.delete(channel);
      }
    });
  }

  /** Tells servers that start that claims may be gone, or learns it from others. */
  async #settle(): Promise<void> {
    if (this.#lostClaims) {
      try {
        await this.client.command("SET", [settlingKey, "1", "PX", String(settleTime)]);
      } catch (error) {
        // While its memory is full, nobody can claim what is gone.
        if (!String(error).includes("OOM")) throw error;
      }
    } else if (this.#isFirst) {
      // Whatever is there: others may have written it.
      this.#lostClaims = Number(await this.client.command("EXISTS", [settlingKey])) === 1;
    }
  }

  #works(): void {
    const [missedMessages, lostClaims] = [this.#missedMessages, this.#lostClaims];
    this.#missedMessages = this.#lostClaims = this.#isFirst = false;
    this.#isWorking = true;
    this.#lastError = undefined;
    if (this.#hasToldFailure) this.#host.log("The bus works with Redis again");
    this.#hasToldFailure = false;
    // Before any call, so that no server trusts a registry that has lost its claims.
    if (missedMessages || lostClaims) this.#host.back({ missedMessages, lostClaims });
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const now = performance.now();
    // Those whose time is over have been rejected.
    for (const { end, run } of waiting) if (end > now) run();
  }

  async #publishToSelf(payload: string): Promise<number | undefined> {
    if (!this.client.isReady) throw new Error("The client is not connected");
    const count = await this.#calls.run(
      "publish",
      () => this.client.command("PUBLISH", [this.#ownChannel, payload]),
    );
    return typeof count === "number" ? count : undefined;
  }

  #received(channel: string, payload: string): void {
    if (channel === this.#ownChannel) this.#ping.received(payload);
    // A client has subscribed again to what was left while it was cut off.
    else if (!this.#subscribed.has(channel)) this.#leave(channel);
    else this.#host.received(channel, payload);
  }

  #leave(channel: string): void {
    if (this.#leaving.has(channel)) return;
    this.#leaving.add(channel);
    const left = () => void this.#leaving.delete(channel);
    this.#subscriber.unsubscribe(channel).then(left, left);
  }
}

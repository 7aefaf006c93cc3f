/**
 * Whether the bucket of a NATS bus still has all claims, and what time it is there.
 *
 * @module
 */

import { unheldTimer } from "../../event_loop/unheld_timer.ts";
import { CallTimeouts } from "../call_timeouts.ts";
import { ConnectionGate } from "./connection_gate.ts";
import { isBucketGone, type NatsBucket, type NatsConnection } from "./nats_client.ts";

/** Milliseconds after which the bucket is checked again before it is used. */
const checkInterval = 60_000;
/** Milliseconds until a check that has failed is tried again. */
const retryDelay = 1000;
const interrupted = "the connection was interrupted";
/** A key that is written to learn the server's time. No name is encoded like that. */
const clockKey = "=clock";

/** What a check needs. */
export interface BucketStateHost {
  readonly connection: NatsConnection;
  /** Milliseconds after which a call to the bucket has failed. */
  readonly timeout: number;
  /** Gives the bucket, and makes it if it is not there. */
  open(): Promise<NatsBucket>;
  /** The bucket may have lost claims. */
  lost(): void;
  warnOnce(message: string): void;
}

/** Checks the bucket before it is used, now and then, and after each interruption. */
export class BucketState {
  readonly #host: BucketStateHost;
  /** What an interruption ends: the client waits for answers that cannot come any more. */
  readonly #calls: CallTimeouts;
  #bucket: NatsBucket | undefined;
  readonly #gate: ConnectionGate;
  #checking: Promise<void> | undefined;
  /** By `performance.now()`; `-Infinity` if the bucket is in doubt. */
  #checkedAt = -Infinity;
  /** Grows with each doubt, so that checks from before do not count. */
  doubts = 0;
  #isRetrying = false;
  #isClosed = false;
  /** What is known of the bucket since the last check. */
  #created: string | undefined;
  #server: string | undefined;
  #clockOffset = 0;
  /** The greatest revision that was seen. */
  highest = 0;
  /** The longest time for a claim, in milliseconds. */
  maxTtl = Infinity;

  constructor(host: BucketStateHost) {
    this.#host = host;
    this.#calls = new CallTimeouts(host.timeout);
    this.#gate = new ConnectionGate(host.timeout);
  }

  /** The server's time, or a moment before: no claim ends too early. */
  now(): number {
    return this.#clockOffset + performance.now();
  }

  /** The bucket. Resolves when it has all claims, or those who asked to know have been told. */
  async checked(): Promise<NatsBucket> {
    await this.#gate.opened();
    if (performance.now() >= this.#checkedAt + checkInterval) {
      await (this.#checking ??= this.#beginCheck());
    }
    return this.#bucket!;
  }

  /** Calls the bucket. Rejects at the next interruption. */
  run<Result>(name: string, call: () => Promise<Result>): Promise<Result> {
    return this.#calls.run(name, call);
  }

  /** The connection is interrupted. */
  suspend(): void {
    this.#gate.close();
    this.#distrust();
    this.#calls.rejectAll(interrupted);
  }

  /** The connection is back. */
  resume(): void {
    this.#gate.open();
    this.doubt();
  }

  /** Something is wrong with the bucket. It is checked until that succeeds, if it was used before. */
  doubt(): void {
    this.#distrust();
    if (this.#created !== undefined) this.#checkUntilDone();
  }

  /** The bucket has given a write its revision; `before` was the highest when the write began. */
  wrote(revision: number, before: number): void {
    // It counts anew, or from an earlier state.
    if (revision <= before) this.doubt();
    else this.highest = Math.max(this.highest, revision);
  }

  close(): void {
    this.#isClosed = true;
  }

  #distrust(): void {
    this.doubts++;
    this.#checkedAt = -Infinity;
    this.#checking = undefined;
  }

  async #checkUntilDone(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    while (this.#checkedAt === -Infinity && this.#gate.isOpen && !this.#isClosed) {
      try {
        await this.checked();
      } catch {
        await new Promise<void>((resolve) => unheldTimer(resolve, retryDelay));
      }
    }
    this.#isRetrying = false;
  }

  #beginCheck(): Promise<void> {
    const { doubts } = this;
    const checking = this.run("check the bucket", () => this.#check(doubts)).finally(() => {
      if (this.#checking === checking) this.#checking = undefined;
    });
    return checking;
  }

  async #check(doubts: number): Promise<void> {
    const { highest } = this;
    const { connection } = this.#host;
    let bucket = this.#bucket ?? await this.#host.open();
    let status;
    try {
      status = await bucket.status();
    } catch (error) {
      if (!isBucketGone(error)) throw error;
      bucket = await this.#host.open();
      status = await bucket.status();
    }
    const revision = await bucket.put(clockKey, "");
    const entry = await bucket.get(clockKey);
    if (entry === null) throw new Error("The bucket does not keep what is written to it");
    const offset = entry.created.getTime() - performance.now();
    if (doubts !== this.doubts) throw new Error(`Cannot check the bucket: ${interrupted}`);
    const { created, state, config } = status.streamInfo;
    const server = connection.info?.server_id;
    const isOther = created !== this.#created || state.last_seq < highest;
    // What was not on its disk yet is gone. Replicas have it.
    const isRestarted = server !== this.#server && config.num_replicas <= 1;
    const isFirst = this.#created === undefined;
    this.#bucket = bucket;
    this.#created = created;
    this.#server = server;
    this.#clockOffset = offset;
    this.highest = isOther ? revision : Math.max(this.highest, revision);
    this.maxTtl = status.ttl > 0 ? status.ttl : Infinity;
    this.#checkedAt = performance.now();
    this.#warn(bucket, config.num_replicas);
    if (!isFirst && (isOther || isRestarted)) this.#host.lost();
  }

  #warn(bucket: NatsBucket, replicas: number): void {
    if (this.maxTtl === Infinity) {
      this.#host.warnOnce("The bucket has no ttl: what has ended stays in it for ever");
    }
    // How it reads is not in its types.
    if (replicas > 1 && (bucket as { direct?: unknown }).direct === true) {
      this.#host.warnOnce(
        "The bucket may read from replicas that are behind: use allow_direct: false",
      );
    }
  }
}

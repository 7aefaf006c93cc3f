/**
 * Claims as entries of a bucket.
 *
 * @module
 */

import { unheldTimer } from "../../event_loop/unheld_timer.ts";
import type { Claim } from "../bus.ts";
import type { CallTimeouts } from "../call_timeouts.ts";
import type { BucketState } from "./bucket_state.ts";
import { isBucketGone, isWrongRevision, type NatsBucket, type NatsEntry } from "./nats_client.ts";
import { encodedName } from "./nats_names.ts";

/** How often a write is tried that others come before. */
const maxAttempts = 100;
/** Milliseconds until a call is made again. */
const retryDelay = 100;
/** How many claims are renewed at a time. */
const renewedAtOnce = 100;
/** Bytes that a question to the bucket takes here, until it is answered or given up. */
const questionCost = 4096;

/** A claim that the bucket has. */
interface Held {
  readonly value: string;
  /** By the server's clock. */
  readonly end: number;
}

/**
 * Each entry has the time to live and the value: the bucket's own time to live is the same for all.
 * What was read is changed only if it has the same revision still.
 */
export class BucketClaims {
  readonly #state: BucketState;
  readonly #timeouts: CallTimeouts;
  readonly #timeout: number;

  /** @param timeout Milliseconds of the time limits. */
  constructor(state: BucketState, timeouts: CallTimeouts, timeout: number) {
    this.#state = state;
    this.#timeouts = timeouts;
    this.#timeout = timeout;
  }

  claim(key: string, value: string, ttl: number): Promise<string> {
    return this.#call("claim", async (bucket) => {
      const text = this.#text(value, ttl);
      const name = encodedName(key);
      let revision = 0;
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        if (await this.#put(bucket, name, text, revision)) return value;
        const entry = await bucket.get(name);
        const holder = this.#holder(entry);
        if (holder !== undefined) return holder;
        revision = entry?.revision ?? 0;
      }
      throw new Error("Others have written it each time");
    });
  }

  find(key: string): Promise<string | undefined> {
    return this.#call("find", async (bucket) => this.#holder(await bucket.get(encodedName(key))));
  }

  async renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    const renewed: boolean[] = [];
    for (let at = 0; at < claims.length; at += renewedAtOnce) {
      const some = claims.slice(at, at + renewedAtOnce);
      renewed.push(
        ...await this.#call(
          "renew",
          (bucket) => Promise.all(some.map((claim) => this.#renew(bucket, claim, ttl))),
        ),
      );
    }
    return renewed;
  }

  release(key: string, value: string): Promise<void> {
    return this.#call("release", async (bucket) => {
      const name = encodedName(key);
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const entry = await bucket.get(name);
        if (entry === null || heldBy(entry)?.value !== value) return;
        try {
          return await bucket.delete(name, { previousSeq: entry.revision });
        } catch (error) {
          if (!isWrongRevision(error)) throw error;
        }
      }
      throw new Error("Others have written it each time");
    });
  }

  async #renew(bucket: NatsBucket, [key, value]: Claim, ttl: number): Promise<boolean> {
    const text = this.#text(value, ttl);
    const name = encodedName(key);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const entry = await bucket.get(name);
      if (entry === null || this.#holder(entry) !== value) return false;
      if (await this.#put(bucket, name, text, entry.revision)) return true;
    }
    throw new Error("Others have written it each time");
  }

  /**
   * Calls the bucket, within bounded time. After an interruption, or if the bucket is not there, it
   * does so again: whatever the first call has done, the second one finds it.
   */
  #call<Result>(name: string, call: (bucket: NatsBucket) => Promise<Result>): Promise<Result> {
    return this.#timeouts.run(name, async () => {
      const end = performance.now() + this.#timeout - retryDelay;
      for (;;) {
        const { doubts } = this.#state;
        try {
          const bucket = await this.#state.checked();
          return await this.#state.run(name, () => call(bucket));
        } catch (error) {
          const isOld = doubts !== this.#state.doubts;
          // Without a bucket, nobody answers a write.
          const isGone = isBucketGone(error) || isUnanswered(error);
          if (!isOld && !isGone || performance.now() >= end) throw error;
          if (!isOld) this.#state.doubt();
        }
        await new Promise<void>((resolve) => unheldTimer(resolve, retryDelay));
      }
    });
  }

  /** Returns whether the key had that revision. */
  async #put(
    bucket: NatsBucket,
    name: string,
    text: string,
    previousSeq: number,
  ): Promise<boolean> {
    const { highest } = this.#state;
    try {
      this.#state.wrote(await bucket.put(name, text, { previousSeq }), highest);
      return true;
    } catch (error) {
      if (isWrongRevision(error)) return false;
      throw error;
    }
  }

  #holder(entry: NatsEntry | null): string | undefined {
    const held = entry === null ? undefined : heldBy(entry);
    return held !== undefined && held.end > this.#state.now() ? held.value : undefined;
  }

  #text(value: string, ttl: number): string {
    if (!(ttl > 0 && ttl < Infinity)) {
      throw new TypeError("The time to live of a claim must be a number of milliseconds above 0");
    }
    const { maxTtl } = this.#state;
    if (ttl <= maxTtl) return `${ttl} ${value}`;
    throw new RangeError(
      `The ttl of the bucket is ${maxTtl} ms, too short for a claim of ${ttl} ms`,
    );
  }
}

/** The claim that an entry has, unless it says that there is none. */
function heldBy(entry: NatsEntry): Held | undefined {
  if (entry.operation !== "PUT") return undefined;
  const text = entry.string();
  const space = text.indexOf(" ");
  if (space < 1) return undefined;
  const ttl = Number(text.slice(0, space));
  return { value: text.slice(space + 1), end: entry.created.getTime() + ttl };
}

/** Bytes that calls for so many claims take here at a time. */
export function claimsCost(count: number): number {
  return questionCost * Math.min(count, renewedAtOnce);
}

/** Whether nobody has taken a write. */
function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.name === "JetStreamNotEnabled";
}

/**
 * Confirmations that all other members of a local bus know of a subscription.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { kinds, numberedFrame } from "./bus_frames.ts";
import type { Link } from "./member_link.ts";

/** How many numbers a frame can have. Then they begin anew. */
const numbers = 2 ** 32;

/** A subscription that some members have not confirmed yet. */
interface Waiting {
  readonly number: number;
  /** When links that have not confirmed it are ended, by `performance.now()`. */
  readonly end: number;
  resolve(): void;
}

/**
 * Asks for confirmations, and gives them. Subscriptions have numbers; a confirmation of one holds for
 * all before it.
 */
export class Confirmations {
  readonly #timeout: number;
  /** The last subscription that each link has confirmed. */
  readonly #confirmed = new Map<Link, number>();
  /** Oldest first. */
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastNumber = 0;
  /** The last subscription that came over each link, until the end of the running piece of code. */
  readonly #unanswered = new Map<Link, number>();

  /** @param timeout Milliseconds after which links that have not confirmed are ended. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Sends a new link the subscriptions that are there already. */
  linked(link: Link, channels: Iterable<string>): void {
    this.#confirmed.set(link, this.#lastNumber);
    for (const channel of channels) link.send(this.#frame(channel));
  }

  /** Resolves when each of the links has confirmed a subscription, or is gone. */
  ask(channel: string): Promise<void> {
    if (this.#confirmed.size === 0) return Promise.resolve();
    const number = ++this.#lastNumber;
    const frame = this.#frame(channel);
    for (const link of this.#confirmed.keys()) link.send(frame);
    const end = performance.now() + this.#timeout;
    return new Promise((resolve) => {
      this.#waiting.push({ number, end, resolve });
      this.#startTimer();
    });
  }

  confirmed(number: number, link: Link): void {
    const before = this.#confirmed.get(link);
    const confirmed = this.#lastNumber - (this.#lastNumber - number >>> 0);
    if (before === undefined || confirmed <= before) return;
    this.#confirmed.set(link, confirmed);
    this.#resolve();
  }

  /** Confirms a subscription of another member, together with all that come at the same time. */
  confirm(number: number, link: Link): void {
    const isFirst = this.#unanswered.size === 0;
    this.#unanswered.set(link, number);
    if (!isFirst) return;
    queueMicrotask(() => {
      for (const [link, number] of this.#unanswered) {
        link.send(numberedFrame(kinds.confirm, number));
      }
      this.#unanswered.clear();
    });
  }

  /** A link is gone, and confirms no more. */
  gone(link: Link): void {
    if (this.#confirmed.delete(link)) this.#resolve();
  }

  /** Ends all waiting. */
  close(): void {
    this.#confirmed.clear();
    this.#resolve();
  }

  #frame(channel: string): Buffer {
    return numberedFrame(kinds.subscribe, this.#lastNumber % numbers, channel);
  }

  #resolve(): void {
    const last = Math.min(this.#lastNumber, ...this.#confirmed.values());
    let count = 0;
    for (const { number, resolve } of this.#waiting) {
      if (number > last) break;
      resolve();
      count++;
    }
    this.#waiting.splice(0, count);
    if (this.#waiting.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** It keeps the process while a subscription waits. */
  #startTimer(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (performance.now() >= first.end) this.#endLate(first.number);
      this.#startTimer();
    }, first.end - performance.now());
  }

  #endLate(number: number): void {
    for (const [link, confirmed] of this.#confirmed) if (confirmed < number) link.destroy();
  }
}

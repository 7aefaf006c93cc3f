/**
 * Messages of a bus to itself: the only sound test whether its subscriber hears what is published.
 *
 * @module
 */

import { type Timer, unheld } from "../../event_loop/unheld_timer.ts";

/** Milliseconds between two messages. */
const interval = 2000;
/** How many messages that Redis has taken may be missing. */
const maxMissing = 2;

/** What it needs of the bus. */
export interface SelfPingHost {
  /** Publishes to the bus's own channel. Gives how many subscribers got it, if that is known. */
  publish(payload: string): Promise<number | undefined>;
  /** The subscriber does not hear what Redis sends it, or Redis sends it nothing. */
  deaf(): void;
  /** Now and then, whatever the answers are. */
  tick(): void;
}

/** Publishes now and then. */
export class SelfPing {
  readonly #host: SelfPingHost;
  readonly #timer: Timer;
  #lastNumber = 0;
  /** The last one that Redis has taken, and the last one that came. */
  #taken = 0;
  #heard = 0;
  #waiting: { number: number; resolve: () => void }[] = [];

  constructor(host: SelfPingHost) {
    this.#host = host;
    this.#timer = unheld(setInterval(() => this.#tick(), interval));
  }

  /** Resolves when a message has come that was published from now on. It need not settle. */
  async hearsItself(): Promise<void> {
    // What is missing now does not count any more.
    this.#heard = this.#taken;
    const number = ++this.#lastNumber;
    const heard = new Promise<void>((resolve) => this.#waiting.push({ number, resolve }));
    await this.#publish(number);
    await heard;
  }

  received(payload: string): void {
    const number = Number(payload);
    // Others may publish anything.
    if (!(number <= this.#lastNumber)) return;
    this.#heard = Math.max(this.#heard, number);
    const isOver = ({ number }: { number: number }) => number <= this.#heard;
    for (const { resolve } of this.#waiting.filter(isOver)) resolve();
    this.#waiting = this.#waiting.filter((each) => !isOver(each));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#host.tick();
    if (this.#taken - this.#heard >= maxMissing) {
      this.#heard = this.#taken;
      this.#host.deaf();
      return;
    }
    // If it fails, Redis is not there, or does not answer. That says nothing about the subscriber.
    this.#publish(++this.#lastNumber).catch(() => {});
  }

  async #publish(number: number): Promise<void> {
    const count = await this.#host.publish(String(number));
    this.#taken = Math.max(this.#taken, number);
    if (count === 0) this.#host.deaf();
  }
}

/**
 * The first answer of another server, or the end of the time that it has for that.
 *
 * @module
 */

import { toCarrier } from "./exchange_messages.ts";
import { TimeoutEntry, type Timeouts } from "../event_loop/timeouts.ts";

/** A value; or why there is none: the kind of the owner's message, "broken", or "late". */
export type Answer<Value> = { readonly value: Value } | { readonly refusal: string };

/** There are too many requests, here or there. */
export const full: Answer<never> = { refusal: toCarrier.full };

/** Waits for an answer. Only the first one counts. */
export class Answering<Value> extends TimeoutEntry {
  readonly answer: Promise<Answer<Value>>;
  readonly #late: () => void;
  #resolve: (answer: Answer<Value>) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  /** @param late is called if none has come in time. */
  constructor(timeouts: Timeouts, late: () => void) {
    super();
    this.#late = late;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    timeouts.add(this);
  }

  /** There is a sign of life: the answer itself may take any time. */
  wait(): void {
    this.timeouts?.remove(this);
  }

  answered(value: Value): void {
    this.wait();
    this.#resolve({ value });
  }

  refused(refusal: string): void {
    this.wait();
    this.#resolve({ refusal });
  }

  override failed(error: unknown): void {
    this.wait();
    this.#reject(error);
  }

  override timedOut(): void {
    this.#resolve({ refusal: "late" });
    this.#late();
  }
}

/**
 * The one timer of a link.
 *
 * @module
 */

import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";

/** Milliseconds. A timer that is late by more shows that this process stood still. */
const standstill = 1000;

/** Calls back at the earliest of the times that it is set to. */
export class LinkTimer {
  readonly #run: (now: number, stoodStill: boolean) => void;
  #timer: Timer | undefined;
  #at = 0;

  /** @param run `stoodStill` is whether this process has missed the time by far. */
  constructor(run: (now: number, stoodStill: boolean) => void) {
    this.#run = run;
  }

  /** Calls back then, by `performance.now()`, or earlier. */
  set(at: number): void {
    // A timer that comes too early does no harm, and costs less than a new one for each packet.
    if (at === Infinity || (this.#timer !== undefined && this.#at <= at)) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    // What was due before is late by no fault of this timer.
    this.#at = Math.max(at, now);
    this.#timer = unheldTimer(this.#timedOut, this.#at - now);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #timedOut = () => {
    this.#timer = undefined;
    const now = performance.now();
    this.#run(now, now - this.#at > standstill);
  };
}

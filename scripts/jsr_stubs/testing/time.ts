/**
 * A replacement for `@std/testing/time` where JSR cannot be reached, built on
 * `@sinonjs/fake-timers`. It has the same names and signatures, but only those that this project's
 * tests use.
 *
 * @module
 */

import fakeTimers from "@sinonjs/fake-timers";

interface Clock {
  now: number;
  tick(ms: number): number;
  tickAsync(ms: number): Promise<number>;
  next(): number;
  countTimers(): number;
  uninstall(): void;
}

/** Replaces `Date` and the timers until it is restored. */
export class FakeTime {
  #clock: Clock;

  /** Starts the fake time, by default at the present moment. */
  constructor(start: number | string | Date | null = Date.now()) {
    this.#clock = fakeTimers.install({
      now: new Date(start ?? Date.now()),
      toFake: [
        "Date",
        "setTimeout",
        "clearTimeout",
        "setInterval",
        "clearInterval",
      ],
    });
  }

  /** Milliseconds since the epoch, in fake time. */
  get now(): number {
    return this.#clock.now;
  }

  /** Lets this many milliseconds pass; timers that come due run. */
  tick(ms = 0): void {
    this.#clock.tick(ms);
  }

  /** Like `tick`, with pending microtasks run before each timer. */
  async tickAsync(ms = 0): Promise<void> {
    await this.#clock.tickAsync(ms);
  }

  /**
   * Lets time pass until the next timer is due, and runs it.
   *
   * @returns Whether there was one.
   */
  next(): boolean {
    const any = this.#clock.countTimers() > 0;
    if (any) this.#clock.next();
    return any;
  }

  /** Runs all pending microtasks. */
  async runMicrotasks(): Promise<void> {
    await this.#clock.tickAsync(0);
  }

  /** Brings the real time back. */
  restore(): void {
    this.#clock.uninstall();
  }

  /** Brings the real time back at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.restore();
  }
}

/**
 * Fake time, which advances only when a test says so.
 *
 * @module
 */

import { FakeTime } from "@std/testing/time";

/** `FakeTime` leaves `performance.now` alone, which the timeouts of sessions read. */
class FakeClock extends FakeTime {
  readonly #dateNow = Date.now;

  constructor() {
    super();
    const start = this.now;
    Object.defineProperty(performance, "now", {
      value: () => this.now - start,
      configurable: true,
    });
  }

  override restore(): void {
    Reflect.deleteProperty(performance, "now");
    Date.now = this.#dateNow;
    super.restore();
  }
}

/** Replaces timers, `Date` and `performance.now` until the end of a `using` scope. */
export function fakeTime(): FakeTime {
  return new FakeClock();
}

/** The process stands still for so long, within fake time: the clock goes on, and its timers come later. */
export function standStill(ms: number): void {
  const clock = performance.now;
  Object.defineProperty(performance, "now", { value: () => clock() + ms, configurable: true });
}

/** The computer sleeps for so long, within fake time: only `Date` tells, and no timer comes. */
export function computerSleeps(ms: number): void {
  const { now } = Date;
  Date.now = () => now() + ms;
}

/** Lets everything happen that needs no time: promises, and what hangs on them. */
export async function microtasks(): Promise<void> {
  for (let i = 0; i < 60; i++) await undefined;
}

/** Lets time pass, and then everything happen that follows from it. */
export async function pass(time: FakeTime, ms: number): Promise<void> {
  await microtasks();
  time.tick(ms);
  await microtasks();
}

/** Lets what was begun come to its end, by turns of the event loop and at most a tenth of a second. */
export async function soon<Value>(time: FakeTime, begun: Promise<Value>): Promise<Value> {
  let settled = false;
  const note = () => settled = true;
  begun.then(note, note);
  for (let i = 0; i < 10 && !settled; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    await pass(time, settled ? 0 : 10);
  }
  if (!settled) throw new Error("It should have come to its end by now");
  return await begun;
}

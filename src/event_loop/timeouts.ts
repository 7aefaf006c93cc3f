/**
 * Timeouts of many sessions for the price of one timer.
 *
 * @module
 */

import { type FailureHandler, guarded } from "./guard.ts";

/** Something that waits in at most one {@linkcode Timeouts} at a time. */
export abstract class TimeoutEntry implements FailureHandler {
  /** The list in which this waits now. These four fields belong to `Timeouts`. */
  timeouts: Timeouts | undefined = undefined;
  due = 0;
  previous: TimeoutEntry | undefined = undefined;
  next: TimeoutEntry | undefined = undefined;

  /** The delay has passed. The entry waits no longer. */
  abstract timedOut(): void;

  /** `timedOut` has thrown. */
  abstract failed(error: unknown): void;
}

/** The longest delay of a timer, ms. (Longer ones become 1 ms.) A longer delay takes several. */
const longest = 2 ** 31 - 1;
/** A timer that fires later than this means that the process was suspended or busy, ms. */
const margin = 20;
/** The shortest grace, ms. In that time, the sockets of some hundred clients can be read. */
const shortestGrace = 250;
/** The most graces in a row, if the process is blocked again in each of them. */
const maxGraces = 3;

/**
 * All entries that wait for the same delay. They time out in the order in which they were
 * added, so a linked list holds them, and one timer is armed for the first. Adding, moving
 * and removing change a few pointers.
 *
 * A timer that fires late means that the process was suspended or busy. Data that clients sent in
 * time may then still be in sockets, so no entry times out before a grace. The grace is as long as
 * the timer was late, and at most as long as the delay. Turns of the event loop are no measure of
 * time: Deno polls its sockets only in every 30th turn, and Node accepts one connection per turn.
 */
export class Timeouts {
  readonly #delay: number;
  #first: TimeoutEntry | undefined;
  #last: TimeoutEntry | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer should come. */
  #dueTimer = 0;
  #graces = 0;
  readonly #fire = () => this.#fired();

  /** @param delay in milliseconds. */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** The entry waits the whole delay from now on, and leaves the list in which it waited. */
  add(entry: TimeoutEntry): void {
    entry.timeouts?.remove(entry);
    entry.timeouts = this;
    const now = performance.now();
    entry.due = now + this.#delay;
    entry.previous = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    // A timer that was armed for an entry removed since comes early, and is armed again.
    if (this.#timer === undefined) this.#arm(now, this.#delay);
  }

  #arm(now: number, ms: number): void {
    const span = Math.min(ms, longest);
    this.#dueTimer = now + span;
    this.#timer = setTimeout(this.#fire, span);
  }

  /** The entry waits no longer. */
  remove(entry: TimeoutEntry): void {
    if (entry.timeouts !== this) return;
    if (entry.previous === undefined) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    entry.timeouts = entry.previous = entry.next = undefined;
    if (this.#first === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#graces = 0;
    }
  }

  #fired(): void {
    const now = performance.now();
    const late = now - this.#dueTimer;
    if (late > margin && this.#graces < maxGraces) {
      this.#graces++;
      this.#arm(now, Math.min(this.#delay, Math.max(late, shortestGrace)));
    } else {
      this.#graces = 0;
      this.#expire(now);
    }
  }

  #expire(now: number): void {
    const fired = this.#timer;
    // Timers may come up to a millisecond before the clock says so.
    while (this.#first !== undefined && this.#first.due <= now + 1) {
      const entry = this.#first;
      this.remove(entry);
      guarded(entry, entry.timedOut, undefined);
    }
    // Still `fired` unless the list became empty, and then perhaps armed anew.
    if (this.#timer === fired && this.#first !== undefined) {
      this.#arm(now, Math.max(0, this.#first.due - now));
    }
  }
}

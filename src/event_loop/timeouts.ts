/**
 * Time-outs for many sessions at the price of one timer.
 *
 * @module
 */

import { type FailureHandler, guarded } from "./guard.ts";

/** Something that waits in at most one {@linkcode Timeouts} at a time. */
export abstract class TimeoutEntry implements FailureHandler {
  /** Where this waits now; these four belong to `Timeouts`. */
  timeouts: Timeouts | undefined = undefined;
  due = 0;
  previous: TimeoutEntry | undefined = undefined;
  next: TimeoutEntry | undefined = undefined;

  /** The delay is over; this no longer waits. */
  abstract timedOut(): void;

  /** That has failed. */
  abstract failed(error: unknown): void;
}

/** The longest that a timer takes, ms: of more it makes 1. A longer delay takes several. */
const longest = 2 ** 31 - 1;
/** How late a timer may come before we know that the process has stood still, ms. */
const margin = 20;
/** The shortest grace, ms: what lay in the sockets of some hundred clients is read in that time. */
const shortestGrace = 250;
/** How many there are in a row, where the process stands still in each of them. */
const maxGraces = 3;

/**
 * All that waits for the same delay. Since the delay is the same, the order of
 * arrival is the order of departure: a linked list holds it, and one timer is
 * armed for whatever is first. Adding, moving and removing cost a few pointers.
 *
 * A timer that comes late tells of a process that was stopped, suspended or busy. What
 * clients have sent in good time lies in sockets then, so nobody times out before a grace:
 * as long as that took, and at most the delay once more. Turns of the event loop would
 * not do: Deno looks at its sockets in one of 30, and Node takes one new connection in each.
 */
export class Timeouts {
  readonly #delay: number;
  #first: TimeoutEntry | undefined;
  #last: TimeoutEntry | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When that should come. */
  #dueTimer = 0;
  #graces = 0;
  readonly #fire = () => this.#fired();

  /** @param delay in milliseconds. */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** Waits the whole delay from now, wherever it waited before. */
  add(waiting: TimeoutEntry): void {
    waiting.timeouts?.remove(waiting);
    waiting.timeouts = this;
    const now = performance.now();
    waiting.due = now + this.#delay;
    waiting.previous = this.#last;
    if (this.#last === undefined) this.#first = waiting;
    else this.#last.next = waiting;
    this.#last = waiting;
    // Armed for somebody who has left since, the timer comes early and looks again.
    if (this.#timer === undefined) this.#arm(now, this.#delay);
  }

  #arm(now: number, ms: number): void {
    const span = Math.min(ms, longest);
    this.#dueTimer = now + span;
    this.#timer = setTimeout(this.#fire, span);
  }

  /** Waits no longer. */
  remove(waiting: TimeoutEntry): void {
    if (waiting.timeouts !== this) return;
    if (waiting.previous === undefined) this.#first = waiting.next;
    else waiting.previous.next = waiting.next;
    if (waiting.next === undefined) this.#last = waiting.previous;
    else waiting.next.previous = waiting.previous;
    waiting.timeouts = waiting.previous = waiting.next = undefined;
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
      const waiting = this.#first;
      this.remove(waiting);
      guarded(waiting, waiting.timedOut, undefined);
    }
    // Still `fired` unless the list became empty, and then perhaps armed anew.
    if (this.#timer === fired && this.#first !== undefined) {
      this.#arm(now, Math.max(0, this.#first.due - now));
    }
  }
}

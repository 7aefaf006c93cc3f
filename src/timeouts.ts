/**
 * Time-outs for many sessions at the price of one timer.
 *
 * @module
 */

/** Something that waits in at most one {@linkcode Timeouts} at a time. */
export abstract class Waiting {
  /** Where this waits now; these four belong to `Timeouts`. */
  timeouts: Timeouts | undefined = undefined;
  due = 0;
  before: Waiting | undefined = undefined;
  after: Waiting | undefined = undefined;

  /** The delay is over; this no longer waits. */
  abstract timedOut(): void;
}

/**
 * All that waits for the same delay. Since the delay is the same, the order of
 * arrival is the order of departure: a linked list holds it, and one timer is
 * armed for whatever is first. Adding, moving and removing cost a few pointers.
 */
export class Timeouts {
  readonly #delay: number;
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #fire = () => this.#expire();

  /** @param delay in milliseconds. */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** Waits the whole delay from now, wherever it waited before. */
  add(waiting: Waiting): void {
    waiting.timeouts?.remove(waiting);
    waiting.timeouts = this;
    waiting.due = performance.now() + this.#delay;
    waiting.before = this.#last;
    if (this.#last === undefined) this.#first = waiting;
    else this.#last.after = waiting;
    this.#last = waiting;
    // Armed for somebody who has left since, the timer comes early and looks again.
    this.#timer ??= setTimeout(this.#fire, this.#delay);
  }

  /** Waits no longer. */
  remove(waiting: Waiting): void {
    if (waiting.timeouts !== this) return;
    if (waiting.before === undefined) this.#first = waiting.after;
    else waiting.before.after = waiting.after;
    if (waiting.after === undefined) this.#last = waiting.before;
    else waiting.after.before = waiting.before;
    waiting.timeouts = waiting.before = waiting.after = undefined;
    if (this.#first === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }

  #expire(): void {
    const fired = this.#timer;
    const now = performance.now();
    try {
      // Timers may come up to a millisecond before the clock says so.
      while (this.#first !== undefined && this.#first.due <= now + 1) {
        const waiting = this.#first;
        this.remove(waiting);
        waiting.timedOut();
      }
    } finally {
      // Still `fired` unless the list became empty, and then perhaps armed anew.
      if (this.#timer === fired && this.#first !== undefined) {
        this.#timer = setTimeout(this.#fire, Math.max(0, this.#first.due - now));
      }
    }
  }
}

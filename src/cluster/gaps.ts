/**
 * Tells of messages that may be missing: this server and, as far as the bus allows, all others.
 *
 * @module
 */

import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";

/** Milliseconds between two gaps that are told. */
const gapInterval = 1000;

/** What is missed within a second is told once. */
export class Gaps {
  /** Whether this server is being told right now. */
  isTelling = false;
  readonly #tell: () => void;
  readonly #tellOthers: () => Promise<unknown>;
  #isHere = false;
  #isElsewhere = false;
  #toldAt = -Infinity;
  #timer: Timer | undefined;
  #isClosed = false;

  /** @param tellOthers may reject: then it is called again. */
  constructor(tell: () => void, tellOthers: () => Promise<unknown>) {
    this.#tell = tell;
    this.#tellOthers = tellOthers;
  }

  /** Messages of others may be missing here. */
  here(): void {
    this.#isHere = true;
    this.#soon();
  }

  /**
   * A message does not reach other servers.
   *
   * @param isAnswer whether it was published while `isTelling`: that tells nobody, or it would never end.
   */
  everywhere(isAnswer: boolean): void {
    if (isAnswer) return;
    this.#isElsewhere = true;
    this.here();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #soon(): void {
    if (this.#isClosed) return;
    const delay = Math.max(0, this.#toldAt + gapInterval - performance.now());
    this.#timer ??= unheldTimer(() => this.#now(), delay);
  }

  #now(): void {
    this.#timer = undefined;
    this.#toldAt = performance.now();
    if (this.#isElsewhere) {
      this.#isElsewhere = false;
      // Until the bus takes it.
      this.#tellOthers().catch(() => {
        this.#isElsewhere = true;
        this.#soon();
      });
    }
    if (!this.#isHere) return;
    this.#isHere = false;
    this.isTelling = true;
    try {
      this.#tell();
    } finally {
      this.isTelling = false;
    }
  }
}

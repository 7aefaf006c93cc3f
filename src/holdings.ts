/**
 * What the sessions of a server hold together, and what becomes of them when it is too much.
 *
 * @module
 */

import { inNextTurn } from "./turns.ts";

/** While there is too much, the largest are looked for no more often, ms: all are looked at. */
const minPause = 100;

/** Something that holds bytes in this process. */
export interface Holder {
  /** How many, all that it waits for included. */
  readonly holding: number;
  /** It holds more than others may: it ends, and gives back what it holds. */
  overdraw(): void;
}

/** The sum of bytes that wait in this process: to be sent, to be read, or to be complete. */
export class Holdings {
  readonly #most: number;
  readonly #holders: ReadonlySet<Holder>;
  #total = 0;
  #isLooking = false;
  #lastLook = -Infinity;
  readonly #failed: (error: unknown) => void;

  /**
   * @param most bytes.
   * @param failed is told of errors.
   */
  constructor(
    most: number,
    holders: ReadonlySet<Holder>,
    failed: (error: unknown) => void,
  ) {
    this.#most = most;
    this.#holders = holders;
    this.#failed = failed;
  }

  /** Bytes. */
  get total(): number {
    return this.#total;
  }

  /** Whether there is room for nobody else. */
  get isFull(): boolean {
    return this.#total > this.#most;
  }

  /** So many bytes more, or less. */
  change(by: number): void {
    this.#total += by;
    if (this.#total <= this.#most || by < 0 || this.#isLooking) return;
    this.#isLooking = true;
    const look = () => {
      this.#isLooking = false;
      this.#lastLook = performance.now();
      this.#reduce();
    };
    // Not at once, for it may be in the middle of a write.
    const pause = this.#lastLook + minPause - performance.now();
    if (pause <= 0) inNextTurn(look, this.#failed);
    else setTimeout(() => inNextTurn(look, this.#failed), pause);
  }

  /** Ends those that hold more than a fair share, the largest first, until there is room. */
  #reduce(): void {
    if (!this.isFull) return;
    const share = this.#most / this.#holders.size;
    const greedy: [holder: Holder, holding: number][] = [];
    for (const holder of this.#holders) {
      const { holding } = holder;
      if (holding > share) greedy.push([holder, holding]);
    }
    greedy.sort(([, one], [, other]) => other - one);
    for (const [holder] of greedy) {
      if (!this.isFull) return;
      holder.overdraw();
    }
  }
}

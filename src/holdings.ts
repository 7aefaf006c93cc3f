/**
 * What the sessions of a server hold together, and what becomes of them when it is too much.
 *
 * @module
 */

import type { Liable } from "./guard.ts";
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

/** Those who have sessions no more, but bytes that are still on their way to a client. */
export interface Departing {
  readonly holders: Iterable<Holder>;
}

/** The sum of bytes that wait in this process: to be sent, to be read, or to be complete. */
export class Holdings {
  readonly #most: number;
  readonly #holders: ReadonlySet<Holder>;
  readonly #departing: Departing;
  #total = 0;
  #isLooking = false;
  #lastLook = -Infinity;
  readonly #owner: Liable;

  /**
   * @param most bytes.
   * @param departing come first where there is too much, whatever their share: nobody misses them.
   * @param owner is told of errors.
   */
  constructor(
    most: number,
    holders: ReadonlySet<Holder>,
    departing: Departing,
    owner: Liable,
  ) {
    this.#most = most;
    this.#holders = holders;
    this.#departing = departing;
    this.#owner = owner;
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
    if (by > 0 && this.#total > this.#most) this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const look = () => {
      this.#isLooking = false;
      this.#lastLook = performance.now();
      this.#reduce();
    };
    const failed = (error: unknown) => this.#owner.failed(error);
    // Not at once, for it may be in the middle of a write.
    const pause = this.#lastLook + minPause - performance.now();
    if (pause <= 0) inNextTurn(look, failed);
    else setTimeout(() => inNextTurn(look, failed), pause);
  }

  /** Ends those that are leaving, and those that hold more than a fair share, until there is room. */
  #reduce(): void {
    if (!this.isFull) return;
    // What a connection holds may be given back only when that is gone.
    let excess = this.#total - this.#most;
    const ended = [
      ...largest(this.#departing.holders, 0),
      ...largest(this.#holders, this.#most / this.#holders.size),
    ].filter(([holder, holding]) => {
      if (!this.isFull || excess <= 0) return false;
      holder.overdraw();
      excess -= holding;
      return true;
    });
    if (this.isFull && ended.length > 0) this.#lookSoon();
  }
}

type Held = readonly [holder: Holder, holding: number];

/** Those that hold more than that, the largest first. */
function largest(holders: Iterable<Holder>, least: number): Held[] {
  const found: Held[] = [];
  for (const holder of holders) {
    const { holding } = holder;
    if (holding > least) found.push([holder, holding]);
  }
  return found.sort(([, one], [, other]) => other - one);
}

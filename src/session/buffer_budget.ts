/**
 * What the sessions of a server hold together, and what becomes of them when it is too much.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** While there is too much, the largest are looked for no more often, ms: all are looked at. */
const minPause = 100;

/** Something that holds bytes in this process. */
export interface BufferOwner {
  /** How many, all that it waits for included. */
  readonly heldBytes: number;
  /** Whether its session is over, so that nobody misses it: then it comes first, whatever its share. */
  readonly isOver?: boolean;
  /** It holds more than others may: it ends, and gives back what it holds. */
  evict(): void;
}

/** Some of those who hold bytes. */
export interface BufferOwners extends Iterable<BufferOwner> {
  readonly size: number;
}

/** The sum of bytes that wait in this process: to be sent, to be read, or to be complete. */
export class BufferBudget {
  readonly #most: number;
  readonly #holders: readonly BufferOwners[];
  #total = 0;
  #isLooking = false;
  #lastLook = -Infinity;
  readonly #owner: FailureHandler;

  /**
   * @param most bytes.
   * @param holders all of them; who is in two of the groups holds the same in both.
   * @param owner is told of errors.
   */
  constructor(
    most: number,
    holders: readonly BufferOwners[],
    owner: FailureHandler,
  ) {
    this.#most = most;
    this.#holders = holders;
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

  /** Ends what nobody misses, then those that hold more than a fair share, until there is room. */
  #reduce(): void {
    if (!this.isFull) return;
    const share = this.#most / this.#holders.reduce((sum, { size }) => sum + size, 0);
    // What a connection holds may be given back only when that is gone.
    let excess = this.#total - this.#most;
    const ended = largest(this.#holders, share).filter(([holder, holding]) => {
      if (!this.isFull || excess <= 0) return false;
      holder.evict();
      excess -= holding;
      return true;
    });
    if (this.isFull && ended.length > 0) this.#lookSoon();
  }
}

type Held = readonly [holder: BufferOwner, holding: number];

/** Those that hold more than their share, the largest first, but for those that nobody misses. */
function largest(groups: readonly BufferOwners[], share: number): Held[] {
  const found: Held[] = [];
  for (const holders of groups) {
    for (const holder of holders) {
      const { heldBytes } = holder;
      if (heldBytes > (holder.isOver === true ? 0 : share)) found.push([holder, heldBytes]);
    }
  }
  const isOver = ([holder]: Held) => Number(holder.isOver === true);
  return found.sort((one, other) => isOver(other) - isOver(one) || other[1] - one[1]);
}

/**
 * The bytes that all sessions of a server hold together, and their limit.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** The shortest time between two scans of all sessions, ms. */
const minPause = 100;

/** Something that holds bytes in this process. */
export interface BufferOwner {
  /** The number of bytes, including announced ones that are yet to arrive. */
  readonly heldBytes: number;
  /** Whether its session has ended. Then it is evicted first, whatever it holds. */
  readonly isOver?: boolean;
  /** Called if it holds more than its share. It ends, and releases its bytes. */
  evict(): void;
}

/** A group of owners. */
export interface BufferOwners extends Iterable<BufferOwner> {
  readonly size: number;
}

/** The sum of bytes that wait in this process: to be sent, to be read, or to be complete. */
export class BufferBudget {
  readonly #most: number;
  readonly #owners: readonly BufferOwners[];
  #total = 0;
  #isLooking = false;
  #lastLook = -Infinity;
  readonly #errors: FailureHandler;

  /**
   * @param most bytes.
   * @param owners all of them; an owner in two of the groups holds the same in both.
   * @param errors takes errors.
   */
  constructor(
    most: number,
    owners: readonly BufferOwners[],
    errors: FailureHandler,
  ) {
    this.#most = most;
    this.#owners = owners;
    this.#errors = errors;
  }

  /** Bytes. */
  get total(): number {
    return this.#total;
  }

  /** Whether there is no room for more. */
  get isFull(): boolean {
    return this.#total > this.#most;
  }

  /**
   * Whether an owner must end at once, because the sum is twice the limit: one turn
   * of the event loop can add more than a later scan should find.
   */
  isOverrunBy(owner: BufferOwner): boolean {
    return this.#total > 2 * this.#most && owner.heldBytes > this.#share;
  }

  /** What an owner may hold in any case, in bytes. */
  get #share(): number {
    return this.#most / this.#owners.reduce((sum, { size }) => sum + size, 0);
  }

  /** Adds a number of bytes, or subtracts it if it is negative. */
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
    const failed = (error: unknown) => this.#errors.failed(error);
    // Not at once: this may be in the middle of a write.
    const pause = this.#lastLook + minPause - performance.now();
    if (pause <= 0) inNextTurn(look, failed);
    else setTimeout(() => inNextTurn(look, failed), pause);
  }

  /** Evicts ended owners, then those with more than a fair share, until there is room. */
  #reduce(): void {
    if (!this.isFull) return;
    // A connection may give back its bytes only when it is gone.
    let excess = this.#total - this.#most;
    const ended = largest(this.#owners, this.#share).filter(([owner, heldBytes]) => {
      if (!this.isFull || excess <= 0) return false;
      owner.evict();
      excess -= heldBytes;
      return true;
    });
    if (this.isFull && ended.length > 0) this.#lookSoon();
  }
}

type Held = readonly [owner: BufferOwner, heldBytes: number];

/** First ended owners that hold anything, then those with more than their share; both by size. */
function largest(groups: readonly BufferOwners[], share: number): Held[] {
  const found: Held[] = [];
  for (const owners of groups) {
    for (const owner of owners) {
      const { heldBytes } = owner;
      if (heldBytes > (owner.isOver === true ? 0 : share)) found.push([owner, heldBytes]);
    }
  }
  const isOver = ([owner]: Held) => Number(owner.isOver === true);
  return found.sort((one, other) => isOver(other) - isOver(one) || other[1] - one[1]);
}

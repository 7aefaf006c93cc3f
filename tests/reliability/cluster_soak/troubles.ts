/**
 * Times in which something may fail.
 *
 * @module
 */

/** One of them, by `performance.now()`. */
export interface Trouble {
  readonly from: number;
  to: number;
}

/** All of them. */
export class Troubles {
  readonly #all: Trouble[] = [];

  /** From now on it may fail, until `to` is set. */
  begin(): Trouble {
    const trouble = { from: performance.now(), to: Infinity };
    this.#all.push(trouble);
    return trouble;
  }

  /** The one that began last. */
  get last(): Trouble | undefined {
    return this.#all.at(-1);
  }

  /** Whether it may have failed in some part of a time. */
  overlap(from: number, to: number): boolean {
    return this.#all.some((trouble) => trouble.from <= to && trouble.to >= from);
  }
}

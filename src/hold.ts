/**
 * A pause, and those who wait for its end.
 *
 * @module
 */

/** Begins and ends any number of times. */
export class Hold {
  #waiting: (() => void)[] | undefined;

  /** Whether it goes on. */
  get holds(): boolean {
    return this.#waiting !== undefined;
  }

  /** Settles at its end; nothing while there is none. */
  get over(): Promise<void> | undefined {
    const waiting = this.#waiting;
    return waiting && new Promise((resolve) => waiting.push(resolve));
  }

  begin(): void {
    this.#waiting ??= [];
  }

  end(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resume of waiting) resume();
  }
}

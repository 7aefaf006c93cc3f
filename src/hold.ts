/**
 * A pause, and those who wait for its end.
 *
 * @module
 */

/** Begins with its making. */
export class Hold {
  readonly #waiting: (() => void)[] = [];

  /** Settles at its end. */
  get over(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    for (const resume of this.#waiting) resume();
  }
}

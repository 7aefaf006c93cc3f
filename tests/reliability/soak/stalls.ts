/** How often stalls are looked for, in ms. */
const interval = 100;

/**
 * Measures how long this process did nothing at all: on a busy machine that alone can
 * break sessions, for clients come too late or servers do not see that they have come.
 */
export class Stalls {
  readonly #timer: ReturnType<typeof setInterval>;
  #last = performance.now();
  #longest = 0;

  constructor() {
    this.#timer = setInterval(() => this.#look(), interval);
  }

  /** The longest since the last call, in ms. */
  take(): number {
    this.#look();
    const longest = this.#longest;
    this.#longest = 0;
    return longest;
  }

  /** Ends measuring. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last - interval);
    this.#last = now;
  }
}

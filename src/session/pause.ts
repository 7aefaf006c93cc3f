/**
 * A pause of a session, and the senders that wait for its end.
 *
 * @module
 */

/**
 * The most sends that wait for one session. Clients send no more before they have their response.
 * Runtimes do not always report abandoned sends, so if another comes, the oldest gets its response.
 */
const maxWaiting = 16;

/** Lasts from its construction until `end`. */
export class Pause {
  readonly #waiting = new Set<() => void>();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Calls back at its end, or if too many wait. */
  wait(resume: () => void): void {
    this.#waiting.add(resume);
    if (this.#waiting.size <= maxWaiting) return;
    const [first] = this.#waiting;
    this.#waiting.delete(first!);
    first!();
  }

  /** Calls back no more. */
  leave(resume: () => void): void {
    this.#waiting.delete(resume);
  }

  end(): void {
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }
}

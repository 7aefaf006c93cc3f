/**
 * A pause, and those who wait for its end.
 *
 * @module
 */

/**
 * So many sends wait for one session. Clients send no more before they have their answer; of
 * sends that were given up, runtimes do not always tell, so the first of many is answered.
 */
const maxWaiting = 16;

/** Begins with its making. */
export class Pause {
  readonly #waiting = new Set<() => void>();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Calls back at its end, or where too many wait. */
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

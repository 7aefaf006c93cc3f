/**
 * Lets calls wait while a connection is interrupted.
 *
 * @module
 */

/** A call that waits. */
interface Waiting {
  /** By `performance.now()`. */
  readonly end: number;
  resolve(): void;
  reject(error: Error): void;
}

/** Open while there is a connection. */
export class ConnectionGate {
  readonly #timeout: number;
  /** What waits, the oldest first. */
  readonly #waiting = new Set<Waiting>();
  isOpen = true;

  /** @param timeout Milliseconds after which nobody waits any more. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** How many calls wait. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Resolves when there is a connection. Rejects at some time after the time limit. */
  opened(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    const now = performance.now();
    // Without a connection for long, they would pile up.
    for (const each of this.#waiting) {
      if (each.end > now) break;
      this.#waiting.delete(each);
      each.reject(new Error("There is no connection"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add({ end: now + this.#timeout, resolve, reject });
    });
  }

  /** The connection is interrupted. */
  close(): void {
    this.isOpen = false;
  }

  /** The connection is back. */
  open(): void {
    this.isOpen = true;
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

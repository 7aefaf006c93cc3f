/**
 * Lets calls wait while a connection is interrupted.
 *
 * @module
 */

/** Open while there is a connection. */
export class ConnectionGate {
  /** What waits, if it is closed. */
  #waiting: (() => void)[] | undefined;

  /** Resolves when there is a connection. */
  opened(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === undefined) return Promise.resolve();
    return new Promise((resolve) => waiting.push(resolve));
  }

  get isOpen(): boolean {
    return this.#waiting === undefined;
  }

  /** The connection is interrupted. */
  close(): void {
    this.#waiting ??= [];
  }

  /** The connection is back. */
  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resolve of waiting) resolve();
  }
}

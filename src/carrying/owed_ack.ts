/**
 * The acknowledgement that one end of a link owes its peer.
 *
 * @module
 */

/** Milliseconds after which it is sent alone. */
const delay = 50;
/** Characters after which it is sent at once. */
const atOnce = 64 * 1024;

/** Knows when it is due, which any packet does away with. */
export class OwedAck {
  #dueAt = Infinity;
  /** Characters that have arrived since the last one. */
  #characters = 0;

  /** By `performance.now()`; never, if none is owed. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Whether so much has arrived that it should not wait. */
  get isMuch(): boolean {
    return this.#characters >= atOnce;
  }

  /** A piece has arrived. */
  add(characters: number): void {
    this.#characters += characters;
  }

  /** It may wait a little for a packet that is sent anyway. */
  wait(now: number): void {
    this.#dueAt = Math.min(this.#dueAt, now + delay);
  }

  /** It has been given, or is not owed any more. */
  clear(): void {
    this.#dueAt = Infinity;
    this.#characters = 0;
  }
}

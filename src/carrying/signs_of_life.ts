/**
 * When the peer of a link was heard, and when that is too long ago.
 *
 * @module
 */

/** Milliseconds between two requests for a sign of life. */
const maxAskInterval = 2000;

/** The times of a peer, by `performance.now()`. */
export class SignsOfLife {
  readonly #peerTimeout: number;
  readonly #askInterval: number;
  /** Since when the peer has been heard of or needed, whichever is later. */
  #from = 0;
  #askedAt = -Infinity;
  #heardAt = -Infinity;

  /** @param peerTimeout Milliseconds without a sign of life after which the peer counts as gone. */
  constructor(peerTimeout: number) {
    this.#peerTimeout = peerTimeout;
    this.#askInterval = Math.min(maxAskInterval, peerTimeout / 3);
  }

  /** When the peer was heard. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Whether that was so long ago that nothing of that time is on its way any more. */
  get isLost(): boolean {
    return performance.now() - this.#heardAt >= 2 * this.#peerTimeout;
  }

  /** The peer is heard. */
  heard(now: number): void {
    this.#heardAt = now;
    this.begin(now);
  }

  /** The peer's time begins anew: it was heard, or was not needed until now. */
  begin(now: number): void {
    this.#from = now;
  }

  /** The peer has been asked for a sign of life. */
  asked(now: number): void {
    this.#askedAt = now;
  }

  /** When to ask the peer, if it is needed. */
  get askAt(): number {
    return Math.max(this.#from, this.#askedAt) + this.#askInterval;
  }

  /** When the peer counts as gone, if it is needed. */
  get goneAt(): number {
    return this.#from + this.#peerTimeout;
  }
}

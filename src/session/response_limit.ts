/**
 * How much a streaming response brings before it ends, and the client comes back for more.
 *
 * @module
 */

/** The options `responseLimit` (bytes) and `responseTimeLimit` (ms). */
export interface ResponseLimits {
  readonly responseLimit: number;
  readonly responseTimeLimit: number;
}

/** The limit of one response. */
export class ResponseLimit {
  #remaining: number;
  /** When it ends with the next frame, which is a heartbeat at the latest. */
  #deadline: number;

  constructor({ responseLimit, responseTimeLimit }: ResponseLimits) {
    this.#remaining = responseLimit;
    this.#deadline = performance.now() + responseTimeLimit;
  }

  /** Counts the bytes of a frame. Returns false if that was the last one. */
  take(bytes: number): boolean {
    this.#remaining -= bytes;
    return this.#remaining > 0 && performance.now() < this.#deadline;
  }

  /** The next frame is the last one. */
  exhaust(): void {
    this.#remaining = 0;
  }
}

/**
 * A send whose body is still arriving.
 *
 * @module
 */

import type { Session } from "./session.ts";

/** Counts its bytes for the session, and stops reading when the session ends. */
export class Upload {
  readonly #session: Session;
  #bytes = 0;
  #stop: (() => void) | undefined;
  isGivenUp = false;

  constructor(session: Session) {
    this.#session = session;
  }

  grew(bytes: number): void {
    this.#bytes += bytes;
    this.#session.upload(bytes);
  }

  stoppable(stop: () => void): void {
    this.#stop = stop;
    this.#session.uploads.add(this);
  }

  /** The session has ended. */
  giveUp(): void {
    this.isGivenUp = true;
    this.#stop?.();
    this.end();
  }

  /** The body is complete, or never will be. */
  end(): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#session.upload(-bytes);
    if (this.#stop !== undefined) this.#session.uploads.delete(this);
  }
}

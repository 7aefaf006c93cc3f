/**
 * A send whose body is under way.
 *
 * @module
 */

import type { BodyWatcher } from "../../http/body.ts";
import type { Session } from "../../session/session.ts";

/** Counts it among what its session holds, and gives it up when that ends. */
export class Upload implements BodyWatcher {
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

  /** Its session is over. */
  giveUp(): void {
    this.isGivenUp = true;
    this.#stop?.();
    this.end();
  }

  /** It has come, or never will. */
  end(): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#session.upload(-bytes);
    if (this.#stop !== undefined) this.#session.uploads.delete(this);
  }
}

/**
 * Tells the application when it may write again, after a `write` that returned false.
 *
 * @module
 */

import { inNextTurn } from "../event_loop/turns.ts";
import type { Session } from "../session/session.ts";

/** Of one connection; made when its client is slow for the first time. */
export class Drain {
  readonly #session: Session;
  readonly #emit: () => void;
  #ready: Promise<void> | undefined;
  #settle: (() => void) | undefined;

  /** @param emit calls the listeners for `drain`. */
  constructor(session: Session, emit: () => void) {
    this.#session = session;
    this.#emit = emit;
  }

  /** Settles when more may be written, or when the connection has ended. */
  get ready(): Promise<void> {
    return (this.#ready ??= new Promise((resolve) => (this.#settle = resolve)));
  }

  /**
   * The session has drained. The application hears of it in a turn of its own. Otherwise, while the
   * operating system accepts everything at once, an application that writes on every `drain` would
   * never let the event loop go on.
   */
  drained(): void {
    inNextTurn(() => this.#notify(), (error) => this.#session.failed(error));
  }

  #notify(): void {
    if (!this.#session.takeDrain()) return;
    this.settle();
    this.#emit();
  }

  /** Ends the wait of those who await `ready`. */
  settle(): void {
    this.#settle?.();
    this.#ready = this.#settle = undefined;
  }
}

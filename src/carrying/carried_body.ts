/**
 * The body of a send that is still arriving, for a session of another server.
 *
 * @module
 */

import type { BodyWatcher } from "../http/body.ts";
import type { BufferOwner } from "../session/buffer_budget.ts";
import type { SessionStore } from "../session/session_store.ts";

/** Counts its bytes, and stops reading when all together hold too much. */
export class CarriedBody implements BodyWatcher, BufferOwner {
  readonly #sessions: SessionStore;
  heldBytes = 0;
  #stop: (() => void) | undefined;

  constructor(sessions: SessionStore) {
    this.#sessions = sessions;
    sessions.carried.add(this);
  }

  grew(bytes: number): void {
    this.heldBytes += bytes;
    this.#sessions.bufferBudget.change(bytes);
  }

  stoppable(stop: () => void): void {
    this.#stop = stop;
  }

  evict(): void {
    this.#stop?.();
    this.end();
  }

  /** The owner has it, or nobody wants it. */
  end(): void {
    this.#sessions.carried.delete(this);
    this.#sessions.bufferBudget.change(-this.heldBytes);
    this.heldBytes = 0;
  }
}

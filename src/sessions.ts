/**
 * The sessions of one server: who is alive, and who lingers after its end.
 *
 * @module
 */

import type { Session, SessionHost } from "./session.ts";
import { Timeouts } from "./timeouts.ts";

/** The delays and limits of a server's sessions. */
export interface SessionLimits {
  /** ms */
  readonly heartbeatDelay: number;
  /** ms */
  readonly disconnectDelay: number;
  /** bytes */
  readonly highWaterMark: number;
  /** bytes */
  readonly maxBufferedBytes: number;
}

/** Finds sessions by the id in the URL; websockets have none and are not here. */
export class Sessions implements SessionHost {
  readonly heartbeats: Timeouts;
  readonly disconnects: Timeouts;
  readonly highWaterMark: number;
  readonly maxBufferedBytes: number;
  readonly #byId = new Map<string, Session>();

  constructor(limits: SessionLimits) {
    this.heartbeats = new Timeouts(limits.heartbeatDelay);
    this.disconnects = new Timeouts(limits.disconnectDelay);
    this.highWaterMark = limits.highWaterMark;
    this.maxBufferedBytes = limits.maxBufferedBytes;
  }

  /** Ids in use, those that linger included. */
  get size(): number {
    return this.#byId.size;
  }

  /** The session of that id, open or lingering. */
  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** Takes in a new session; its id must be free. */
  add(session: Session): void {
    this.#byId.set(session.id, session);
  }

  free(session: Session): void {
    if (this.#byId.get(session.id) === session) this.#byId.delete(session.id);
  }
}

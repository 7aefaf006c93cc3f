/**
 * What the reference model remembers of receivers and sessions.
 *
 * @module
 */

import type { Slot } from "./session_schedule.ts";

/** A receiving request or a websocket, as its client sees it. */
export class ModelReceiver {
  readonly seen: string[] = [];
  readonly slot: Slot;
  session: ModelSession | undefined;
  ended = false;
  buffered = 0;
  /** Bytes of frames until the response has to end. */
  #left: number;

  constructor(slot: Slot, limit: number) {
    this.slot = slot;
    this.#left = limit;
  }

  get forLife(): boolean {
    return this.slot === "websocket" || this.slot === "raw";
  }

  take(frame: string): void {
    this.seen.push(frame);
    // The framing of both HTTP transports is a line feed.
    this.#left -= frame.length + 1;
    if (this.#left <= 0 && !this.forLife) this.end("ended");
  }

  end(how: string): void {
    if (this.ended) return;
    this.ended = true;
    this.seen.push(how);
  }
}

/** Why a session ends. */
export interface Status {
  code: number;
  reason: string;
}

/** A session, and what the application hears of it. */
export interface ModelSession {
  readonly slot: Slot;
  readonly heard: string[];
  readonly queue: string[];
  phase: "open" | "closing" | "over";
  status: Status;
  receiver: ModelReceiver | undefined;
  requests: number;
  exchanged: boolean;
  drainOwed: boolean;
  /** Whether it was an interruption that ended it, of which the client hears once. */
  interrupted: boolean;
  heartbeatAt: number;
  endAt: number;
}

/** When something is not going to happen. */
export const never = Infinity;
/** A session that is about to open. */
export function newSession(slot: Slot): ModelSession {
  return {
    slot,
    heard: ["opened"],
    queue: [],
    phase: "open",
    status: { code: 0, reason: "" },
    receiver: undefined,
    requests: 0,
    exchanged: false,
    drainOwed: false,
    interrupted: false,
    heartbeatAt: never,
    endAt: never,
  };
}

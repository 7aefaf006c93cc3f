/**
 * The state of the reference model: receivers and sessions.
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

/** When something is not going to happen. */
export const never = Infinity;

/** A session and its events. New ones are about to open. */
export class ModelSession {
  readonly slot: Slot;
  readonly events = ["opened"];
  readonly queue: string[] = [];
  phase: "open" | "closing" | "over" = "open";
  status: Status = { code: 0, reason: "" };
  receiver: ModelReceiver | undefined;
  requests = 0;
  exchanged = false;
  needsDrain = false;
  /** At the end of the turn, unless there is too much again by then. */
  drainDue = false;
  /** Whether an interruption ended it, which the client is told once. */
  interrupted = false;
  /** The application takes no messages; and how many senders wait until it does. */
  paused = false;
  waiting = 0;
  heartbeatAt = never;
  endAt = never;
  /** When a server that shuts down closes it. */
  closeAt = never;

  constructor(slot: Slot) {
    this.slot = slot;
  }

  /** Bytes that have not left. */
  get buffered(): number {
    const quotes = this.slot === "raw" ? 0 : 2;
    const queued = this.queue.reduce((sum, text) => sum + text.length + quotes, 0);
    return queued + (this.receiver?.buffered ?? 0);
  }

  /** When something happens to it by itself. */
  get dueAt(): number {
    return Math.min(this.heartbeatAt, this.endAt, this.closeAt);
  }

  pause(): void {
    if (this.paused || this.phase !== "open") return;
    this.paused = true;
    this.receiver?.seen.push("paused");
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.waiting = 0;
    this.receiver?.seen.push("resumed");
  }
}

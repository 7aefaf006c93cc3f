/**
 * What a session needs of the application and of the server that holds it.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import type { Timeouts } from "../event_loop/timeouts.ts";
import type { BufferBudget } from "./buffer_budget.ts";
import type { Session } from "./session.ts";

/** A send that is under way, and may never end. */
export interface LongSend {
  /** Nobody wants it any more. */
  giveUp(): void;
}

/** Who is told what happens to a session: the application's side. */
export interface Application {
  /** What it costs that messages wait for it. */
  readonly unreadCost: number;
  opened(): void;
  /** Messages came together; those after one with which the session ends are void. */
  received(messages: readonly string[]): void;
  /** More may be written again. */
  drained(): void;
  closed(status: CloseStatus, wasClean: boolean): void;
  /** Throws away what is unread. */
  forget(): void;
}

/** What sessions of one server share. */
export interface SessionHost {
  /** Sessions with a receiver, until their next heartbeat. */
  readonly heartbeatTimeouts: Timeouts;
  /** Sessions whose peer was asked for a sign of life, until it counts as dead. */
  readonly pongTimeouts: Timeouts;
  /** Sessions without one, or closed, until their end. */
  readonly disconnectTimeouts: Timeouts;
  /** Buffered bytes above which `write` asks to wait. */
  readonly highWaterMark: number;
  /** Buffered bytes above which the client counts as a slow consumer. */
  readonly maxBufferedBytes: number;
  /** What all of them hold. */
  readonly bufferBudget: BufferBudget;
  /** Tells of an error that nobody else would hear of. */
  report(error: unknown): void;
  /** A session has had its end. */
  ended(): void;
  /** A session that is over has messages that are still being told, or has them no more. */
  outlived(session: Session, holds: boolean): void;
  /** The session's id is free again. */
  free(session: Session): void;
}

/**
 * Whom a session deals with: its client's receiver, the application, and the
 * server that holds it.
 *
 * @module
 */

import type { Holdings } from "./holdings.ts";
import type { Frame } from "./message.ts";
import type { CloseStatus } from "./protocol/close_codes.ts";
import type { Session } from "./session.ts";
import type { Timeouts } from "./timeouts.ts";

/** What a session writes to while a client listens; made by transports. */
export interface Receiver {
  /** Bytes that it took and that have not left yet. */
  readonly bufferedAmount: number;
  /** The same, or up to a quarter of `highWaterMark` more where that is known faster. */
  readonly bufferedAtMost: number;
  /**
   * Bytes after which a frame of messages shall end, and the next begin: frames are
   * copied several times on their way out.
   */
  readonly frameSize: number;
  /** Whether what is written had better leave with the answers to what comes in this turn. */
  readonly awaitsArrivals?: boolean;
  /**
   * Takes a frame. False when that was its last one: it ends by itself, calls
   * {@linkcode Session.detach} when that is done, and the client comes back.
   */
  send(frame: Frame): boolean;
  /** Ends it; the close frame has been sent. */
  end(status: CloseStatus): void;
  /** Cuts it off, with what it has not sent yet. */
  abort(status: CloseStatus): void;
  /** A heartbeat is due, or a sign of life that the last one has asked for. */
  beat(): Pulse;
  /** Reads no more from the peer until `resume`, where it can. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/**
 * What becomes of a heartbeat: the receiver wants a frame for it; or has seen to it by
 * itself; or has asked the peer for a sign of life, which {@linkcode Session.heard}
 * tells; or the peer should have given that by now.
 */
export type Pulse = "frame" | "beaten" | "asked" | "gone";

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
  readonly heartbeats: Timeouts;
  /** Sessions whose peer was asked for a sign of life, until it counts as dead. */
  readonly pongs: Timeouts;
  /** Sessions without one, or closed, until their end. */
  readonly disconnects: Timeouts;
  /** Buffered bytes above which `write` asks to wait. */
  readonly highWaterMark: number;
  /** Buffered bytes above which the client counts as a slow consumer. */
  readonly maxBufferedBytes: number;
  /** What all of them hold. */
  readonly holdings: Holdings;
  /** Tells of an error that nobody else would hear of. */
  report(error: unknown): void;
  /** A session has had its end. */
  ended(): void;
  /** A session that is over has messages that are still being told, or has them no more. */
  outlived(session: Session, holds: boolean): void;
  /** The session's id is free again. */
  free(session: Session): void;
}

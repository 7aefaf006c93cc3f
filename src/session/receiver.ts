/**
 * What a session writes to while its client listens; each kind of transport has one.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import type { Frame } from "../protocol/message.ts";

/** Takes a session's frames to its client. */
export interface Receiver {
  /** Bytes that it took and that have not left yet. */
  readonly bufferedAmount: number;
  /** The same, or up to a quarter of `highWaterMark` more if that is known faster. */
  readonly bufferedUpperBound: number;
  /**
   * Bytes after which a frame of messages ends, and the next begins: frames are
   * copied several times on their way out.
   */
  readonly frameSize: number;
  /** Whether a heartbeat that is due begins with an `h` frame. */
  readonly wantsHeartbeatFrame: boolean;
  /** Calls `flush` of its session when that is best: a microtask later, or at the end of the turn. */
  scheduleFlush(): void;
  /**
   * Takes a frame. False when that was its last one: it ends by itself, calls
   * `Session.detach` when that is done, and the client comes back.
   */
  send(frame: Frame): boolean;
  /** Ends it; the close frame has been sent. */
  end(status: CloseStatus): void;
  /** Destroys it, with what it has not sent yet. */
  abort(status: CloseStatus): void;
  /** A heartbeat is due, or the sign of life that the last one has asked for. */
  heartbeat(): HeartbeatResult;
  /** Reads no more from the client until `resume`, if it can. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/**
 * What comes of a heartbeat. "handled": there is nothing to wait for. "awaiting-pong": the client
 * was asked for a sign of life, and `Session.markAlive` is called when it comes. "dead": the
 * client should have given one by now.
 */
export type HeartbeatResult = "handled" | "awaiting-pong" | "dead";

/**
 * What a session writes to while its client listens.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import type { Frame } from "../protocol/message.ts";

/** What a session writes to while a client listens; made by transports. */
export interface Receiver {
  /** Bytes that it took and that have not left yet. */
  readonly bufferedAmount: number;
  /** The same, or up to a quarter of `highWaterMark` more where that is known faster. */
  readonly bufferedUpperBound: number;
  /**
   * Bytes after which a frame of messages shall end, and the next begin: frames are
   * copied several times on their way out.
   */
  readonly frameSize: number;
  /** Whether what is written had better leave with the answers to what comes in this turn. */
  readonly awaitsArrivals?: boolean;
  /**
   * Takes a frame. False when that was its last one: it ends by itself, calls
   * `Session.detach` when that is done, and the client comes back.
   */
  send(frame: Frame): boolean;
  /** Ends it; the close frame has been sent. */
  end(status: CloseStatus): void;
  /** Cuts it off, with what it has not sent yet. */
  abort(status: CloseStatus): void;
  /** A heartbeat is due, or a sign of life that the last one has asked for. */
  heartbeat(): HeartbeatResult;
  /** Reads no more from the peer until `resume`, where it can. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/**
 * What becomes of a heartbeat: the receiver wants a frame for it; or has seen to it by
 * itself; or has asked the peer for a sign of life, which `Session.heard`
 * tells; or the peer should have given that by now.
 */
export type HeartbeatResult = "send" | "handled" | "awaiting-pong" | "dead";

/**
 * The interface of a receiver: what a session writes its frames to. Each kind of transport has one.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import type { CloseStatus } from "../protocol/close_codes.ts";
import type { Frame } from "../protocol/message.ts";

/** Sends a session's frames to its client. */
export interface Receiver {
  /** Bytes that it has accepted and not sent yet. */
  readonly bufferedAmount: number;
  /** The same number, or up to a quarter of `highWaterMark` more if that is known faster. */
  readonly bufferedUpperBound: number;
  /** Bytes of a message from the client that is still arriving. */
  readonly arrivingBytes?: number;
  /**
   * Bytes after which a frame of messages ends, and the next begins: frames are
   * copied several times on their way out.
   */
  readonly frameSize: number;
  /** Whether a heartbeat that is due begins with an `h` frame. */
  readonly wantsHeartbeatFrame: boolean;
  /** Calls its session's `flush` at the best time: a microtask later, or at the end of the turn. */
  scheduleFlush(): void;
  /**
   * Takes a frame. Returns false if it takes no more frames. Then it ends by itself, calls
   * `Session.detach` when that is done, and the client comes back.
   */
  send(frame: Frame): boolean;
  /** Ends it; the close frame has been sent. */
  end(status: CloseStatus): void;
  /** Destroys it, with what it has not sent yet. */
  abort(status: CloseStatus): void;
  /** A heartbeat is due, or the answer to the last one. */
  heartbeat(): HeartbeatResult;
  /** Reads no more from the client until `resume`, if it can. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /**
   * Resolves when its session has no receiver any more, or after so many ms. Only where that takes a
   * while to be known.
   */
  whenGone?(ms: number): Promise<void>;
}

/** What a receiver reports to: its session, or what stands for a session of another process. */
export interface ReceiverOwner extends FailureHandler {
  /** Called when the client has taken something. */
  flush(): void;
  /** It has ended as it should. */
  detach(receiver: Receiver, tookTime?: boolean): void;
  /** It takes no more, but its response is still on its way; `arrived` is called at its end. */
  detachEarly(receiver: Receiver): void;
  /** A response that was on its way has arrived, or its connection is gone. */
  arrived(receiver: Receiver): void;
  /** It broke, so what was in flight is unknown. */
  interrupt(receiver: Receiver): void;
}

/**
 * The result of a heartbeat. "handled": there is nothing to wait for. "awaiting-pong": the client
 * was sent a ping, and `Session.markAlive` is called when it answers. "dead": the client should
 * have answered by now.
 */
export type HeartbeatResult = "handled" | "awaiting-pong" | "dead";

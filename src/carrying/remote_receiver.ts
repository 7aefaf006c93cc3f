/**
 * The receiver of a session whose response is another server's: frames go there.
 *
 * @module
 */

import { flushSoon } from "../event_loop/flush_queue.ts";
import { guarded } from "../event_loop/guard.ts";
import type { CloseStatus } from "../protocol/close_codes.ts";
import { OPEN } from "../protocol/ready_state.ts";
import type { Frame } from "../protocol/message.ts";
import { utf8Length } from "../protocol/utf8.ts";
import type { ClosingConnection } from "../session/closing_connections.ts";
import type { HeartbeatResult, Receiver } from "../session/receiver.ts";
import { ResponseLimit, type ResponseLimits } from "../session/response_limit.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import { type Head, toCarrier, toOwner } from "./exchange_messages.ts";
import type { Exchange, Peer } from "./peer.ts";

/** How the client wants its frames. */
export interface RemoteFraming {
  readonly encode: (frame: string) => string;
  /** Whether the response is a stream; otherwise it is a single frame. */
  readonly isStream: boolean;
}

/**
 * Milliseconds for which a response that is complete has its session for itself. Only the way to its
 * client and that of its carrier's word are left: on a bus that is slow, the client's next request may
 * come first.
 */
const longestEnd = 3000;

/** Takes as much as the carrier's client does. */
export class RemoteReceiver implements Receiver, Exchange, ClosingConnection {
  /** Its session may live on. */
  readonly isOver = false;
  readonly #peer: Peer;
  readonly #number: number;
  readonly #session: Session;
  readonly #sessions: SessionStore;
  readonly #framing: RemoteFraming;
  readonly #limit: ResponseLimit;
  /** Calls back requests that wait until it goes. */
  readonly #waiting = new Set<() => void>();
  #isGone = false;
  /** Bytes of all frames, and those that the client has taken. */
  #sent = 0;
  #taken = 0;
  /** Bytes that the server counts. */
  #counted = 0;
  /** It takes no more frames. */
  #isFull = false;
  #isDone = false;

  constructor(
    peer: Peer,
    number: number,
    session: Session,
    sessions: SessionStore,
    framing: RemoteFraming,
    limits: ResponseLimits,
  ) {
    this.#peer = peer;
    this.#number = number;
    this.#session = session;
    this.#sessions = sessions;
    this.#framing = framing;
    this.#limit = new ResponseLimit(limits);
  }

  get bufferedAmount(): number {
    return this.#sent - this.#taken;
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  get heldBytes(): number {
    return this.#counted;
  }

  get frameSize(): number {
    return this.#framing.isStream ? 64 * 1024 : 1024 * 1024;
  }

  get wantsHeartbeatFrame(): boolean {
    return true;
  }

  async whenGone(ms: number): Promise<void> {
    if (this.#isGone) return;
    // Its carrier may wait with the message that tells it.
    this.#peer.hurry();
    // A promise for all would keep something of each request until this one goes.
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, this.#isFull ? Math.max(ms, longestEnd) : ms);
      this.#waiting.add(end);
    });
  }

  #goes(): void {
    this.#isGone = true;
    for (const end of this.#waiting) end();
  }

  scheduleFlush(): void {
    flushSoon(this.#session);
  }

  /** Takes part as the session's receiver. */
  attach(): void {
    this.#peer.serve(this.#number, this);
  }

  /** Says that no frame is ready. */
  confirm(): void {
    if (this.#sent > 0 || this.#isDone) return;
    const message: Head = [toCarrier.attached, this.#number];
    // The response of a stream begins with it, that of a poll with a frame.
    if (this.#framing.isStream) this.#peer.send(message);
    else this.#peer.sendPatiently(message);
  }

  send(frame: Frame): boolean {
    if (this.#isFull || this.#isDone) return false;
    const text = frame.encoded(this.#framing.encode);
    const bytes = utf8Length(text);
    this.#sent += bytes;
    this.#recount();
    this.#peer.send([toCarrier.frame, this.#number], text);
    // A poll ends by itself.
    if (this.#framing.isStream) {
      if (this.#limit.take(bytes)) return true;
      this.#peer.send([toCarrier.last, this.#number]);
    }
    this.#isFull = true;
    return false;
  }

  end(_status: CloseStatus): void {
    if (this.#isDone) return;
    this.#sessions.closingConnections.add(this);
    if (this.#framing.isStream && !this.#isFull) {
      this.#isFull = true;
      this.#peer.send([toCarrier.last, this.#number]);
    }
    this.#goes();
  }

  abort(): void {
    if (!this.#isDone) this.#peer.send([toCarrier.abort, this.#number]);
    this.#done();
  }

  destroy(): void {
    guarded(this.#session, this.#session.interrupt, this);
    this.abort();
  }

  heartbeat(): HeartbeatResult {
    return "handled";
  }

  pause(): void {
    // Messages come by requests of their own.
  }

  resume(): void {
    // `pause` has done nothing.
  }

  take(kind: string, [, , argument]: Head): void {
    switch (kind) {
      case toOwner.taken:
        return this.#take(argument);
      case toOwner.early:
        this.#session.detachEarly(this);
        return this.#goes();
      case toOwner.ended:
        this.#taken = this.#sent;
        this.#session.detach(this, argument === true);
        this.#session.arrived(this);
        return this.#done();
      case toOwner.leave:
        return this.leave();
      case toOwner.broken:
      case toOwner.cancel:
        return this.broken();
    }
  }

  #take(bytes: unknown): void {
    // Not more than there is, whatever the other end says.
    if (!(typeof bytes === "number" && bytes > this.#taken)) return;
    this.#taken = Math.min(bytes, this.#sent);
    this.#recount();
    this.#session.flush();
  }

  /** The carrier closes: the next frame is the last one, and comes now. */
  leave(): void {
    if (this.#isFull || this.#session.readyState !== OPEN) return;
    this.#limit.exhaust();
    this.#session.timedOut();
  }

  broken(): void {
    guarded(this.#session, this.#session.interrupt, this);
    this.#done();
  }

  #done(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#taken = this.#sent;
    this.#recount();
    this.#peer.servedEnd(this.#number);
    this.#sessions.connectionGone(this);
    this.#goes();
  }

  #recount(): void {
    this.#counted = this.#sessions.recount(this.#counted, this.bufferedAmount);
  }
}

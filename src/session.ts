/**
 * One session (protocol, section 5): what it owes its client, and who takes that now.
 *
 * @module
 */

import {
  type CloseStatus,
  interrupted,
  normalClosure,
  slowConsumer,
  timedOut,
} from "./protocol/close_codes.ts";
import { encodeMessage } from "./protocol/escape.ts";
import { closeFrame, heartbeatFrame, openFrame } from "./protocol/frames.ts";
import { Backlog } from "./backlog.ts";
import { flushSoon } from "./flushing.ts";
import type { Peer } from "./peer.ts";
import { utf8Length } from "./protocol/utf8.ts";
import { type Timeouts, Waiting } from "./timeouts.ts";

/** What a session writes to while a client listens; made by transports. */
export interface Receiver {
  /** Bytes that it took and that have not left yet. */
  readonly bufferedAmount: number;
  /**
   * Takes a frame. False when that was its last one: it ends by itself, calls
   * {@linkcode Session.detach} when that is done, and the client comes back.
   */
  send(frame: string): boolean;
  /** Ends it; the close frame has been sent. */
  end(status: CloseStatus): void;
  /** Cuts it off, with what it has not sent yet. */
  abort(status: CloseStatus): void;
}

/** Who is told what happens to a session: the application's side. */
export interface Application {
  opened(): void;
  message(text: string): void;
  /** More may be written again. */
  drained(): void;
  closed(status: CloseStatus, wasClean: boolean): void;
}

/** What sessions of one server share. */
export interface SessionHost {
  /** Sessions with a receiver, until their next heartbeat. */
  readonly heartbeats: Timeouts;
  /** Sessions without one, or closed, until their end. */
  readonly disconnects: Timeouts;
  /** Buffered bytes above which `write` asks to wait. */
  readonly highWaterMark: number;
  /** Buffered bytes above which the client counts as a slow consumer. */
  readonly maxBufferedBytes: number;
  /** The session's id is free again. */
  free(session: Session): void;
}

/** As in WebSocket: connecting, open, closing, closed. */
export type ReadyState = 0 | 1 | 2 | 3;
const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3] as const;

/**
 * A session's state machine. Receivers come and go (`attach`, `detach`), or stay
 * for life (websockets); the application writes, and is told through
 * {@linkcode Application}.
 *
 * A *raw* session has no frames: its receiver gets the messages themselves.
 */
export class Session extends Waiting {
  readyState: ReadyState = CONNECTING;
  /** The last receiving request. */
  peer: Peer;
  /** Set right after construction, by whoever made both. */
  application: Application | undefined;
  /** The id from the URL; empty on websockets, which have none. */
  readonly id: string;
  readonly #raw: boolean;
  readonly #host: SessionHost;
  #receiver: Receiver | undefined;
  /** It takes no more frames, but what it took may still be on its way. */
  #full = false;
  readonly #backlog = new Backlog();
  #flushing = false;
  #drainOwed = false;
  /** Whether messages or heartbeats went either way, and whether a second receiver ever came. */
  #exchanged = false;
  #returned = false;
  /** Set by `close`, or by what ended the session. */
  #status: CloseStatus = normalClosure;

  constructor(host: SessionHost, peer: Peer, id = "", raw = false) {
    super();
    this.#host = host;
    this.peer = peer;
    this.id = id;
    this.#raw = raw;
  }

  /** Whether a receiver listens. */
  get attached(): boolean {
    return this.#receiver !== undefined;
  }

  /** Bytes written that have not left yet. */
  get bufferedAmount(): number {
    return this.#backlog.bytes + (this.#receiver?.bufferedAmount ?? 0);
  }

  /** Whether `write` has asked to wait, and `drained` has not been told yet. */
  get congested(): boolean {
    return this.#drainOwed && this.readyState === OPEN;
  }

  /** Hands the session to a receiver; there must not be one already. */
  attach(receiver: Receiver, peer: Peer): void {
    this.#receiver = receiver;
    this.#full = false;
    this.peer = peer;
    if (this.readyState === CONNECTING) {
      this.#open(receiver);
      return;
    }
    this.#returned = true;
    if (this.readyState === CLOSED) this.#sayGoodbye(receiver);
    else this.flush();
    if (this.#receiver === receiver && this.readyState === OPEN) {
      this.#host.heartbeats.add(this);
    }
  }

  #open(receiver: Receiver): void {
    this.readyState = OPEN;
    if (!this.#raw) {
      this.#hand(receiver, openFrame);
      if (this.#receiver === receiver) this.#host.heartbeats.add(this);
    }
    this.application?.opened();
  }

  #hand(receiver: Receiver, frame: string): void {
    if (receiver.send(frame)) return;
    this.#full = true;
    // The client has the whole delay to take that.
    if (this.#receiver === receiver && this.readyState === OPEN) this.#host.heartbeats.add(this);
  }

  /** The receiver ended as it should; the client has the disconnect delay to come back. */
  detach(receiver: Receiver): void {
    if (receiver !== this.#receiver) return;
    this.#receiver = undefined;
    if (this.readyState === OPEN) this.#host.disconnects.add(this);
  }

  /** A receiving request broke, so what was in flight is unknown: the session ends at once. */
  interrupt(receiver: Receiver): void {
    if (receiver !== this.#receiver) return;
    this.#receiver = undefined;
    const untouched = !this.#exchanged && !this.#returned;
    // The next receiving request hears of it, unless the client never heard of the session.
    if (!untouched && this.readyState === OPEN) {
      this.#host.disconnects.add(this);
    }
    this.#finish(interrupted, false);
    if (untouched) this.#forget();
  }

  /** The websocket closed, by its peer or by accident. */
  disconnect(receiver: Receiver, status: CloseStatus, wasClean: boolean): void {
    if (receiver !== this.#receiver) return;
    this.#receiver = undefined;
    this.#forget();
    this.#finish(status, wasClean);
  }

  /** Messages of a send that was found valid as a whole. */
  receive(messages: readonly string[]): void {
    if (messages.length === 0) return;
    this.#exchanged = true;
    for (let i = 0; i < messages.length; i++) {
      if (this.readyState !== OPEN) return;
      this.application?.message(messages[i]!);
    }
  }

  /** Whether an interruption has ended the session, so that its sends are refused. */
  get interrupted(): boolean {
    return this.readyState === CLOSED && this.#status === interrupted;
  }

  /** Queues a message. False when not open, or when the caller should wait for `drained`. */
  write(message: string): boolean {
    if (this.readyState !== OPEN) return false;
    const text = this.#raw ? message : encodeMessage(message);
    return this.#enqueue(text, utf8Length(text));
  }

  /** Like `write`, for a message that the caller has encoded and measured for all sessions. */
  writeEncoded(message: string, encoded: string, bytes: number): boolean {
    if (this.readyState !== OPEN) return false;
    return this.#raw ? this.write(message) : this.#enqueue(encoded, bytes);
  }

  #enqueue(text: string, bytes: number): boolean {
    this.#backlog.add(text, bytes);
    this.#flushSoon();
    const inReceiver = this.#receiver?.bufferedAmount ?? 0;
    if (this.#backlog.bytes + inReceiver <= this.#host.highWaterMark) return true;
    this.#drainOwed = true;
    if (this.#backlog.cost + inReceiver > this.#host.maxBufferedBytes) this.close(slowConsumer);
    return false;
  }

  /** Ends the session after what is written already; does nothing unless it is open. */
  close(status: CloseStatus): void {
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.#status = status;
    // From here on the time runs, whoever comes and goes.
    this.#host.disconnects.add(this);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushing || this.#receiver === undefined) return;
    this.#flushing = true;
    flushSoon(this);
  }

  /** Hands on what is queued, as far as the receiver takes it. */
  flush(): void {
    this.#flushing = false;
    const receiver = this.#receiver;
    const { highWaterMark } = this.#host;
    if (receiver === undefined || this.#full || receiver.bufferedAmount > highWaterMark) return;
    if (this.#backlog.length > 0) this.#sendBacklog(receiver);
    if (this.readyState === CLOSING) {
      const mayEnd = this.#receiver === receiver && !this.#full && this.#backlog.length === 0;
      if (mayEnd) this.#sayGoodbye(receiver);
    } else if (this.congested && this.bufferedAmount <= highWaterMark) {
      this.#drainOwed = false;
      this.application?.drained();
    }
  }

  #sendBacklog(receiver: Receiver): void {
    this.#exchanged = true;
    if (!this.#raw) return this.#hand(receiver, this.#backlog.takeFrame());
    this.#backlog.sendTo(receiver, this.#host.highWaterMark);
  }

  /** The close frame; closed sessions say it to whoever still asks. */
  #sayGoodbye(receiver: Receiver): void {
    this.#receiver = undefined;
    const status = this.#status;
    if (!this.#raw) receiver.send(closeFrame(status.code, status.reason));
    receiver.end(status);
    if (this.readyState === CLOSING) this.#finish(status, true);
    // Of an interruption the client hears once; websockets have nobody else to tell.
    if (status === interrupted || this.id === "") this.#forget();
  }

  #finish(status: CloseStatus, wasClean: boolean): void {
    this.readyState = CLOSED;
    this.#status = status;
    this.#backlog.clear();
    this.application?.closed(status, wasClean);
  }

  #forget(): void {
    this.timeouts?.remove(this);
    this.#host.free(this);
  }

  /** A heartbeat is due, or the disconnect delay is over. */
  override timedOut(): void {
    const receiver = this.#receiver;
    if (receiver !== undefined && this.readyState === OPEN) {
      // A client that has waited this long has had its `o`, and takes no second one.
      this.#exchanged = true;
      // One that has not taken the rest of its answer in all this time takes nothing any more.
      if (this.#full) {
        this.interrupt(receiver);
        return receiver.abort(this.#status);
      }
      this.#hand(receiver, heartbeatFrame);
      if (this.#receiver === receiver) this.#host.heartbeats.add(this);
      return;
    }
    this.#receiver = undefined;
    // A receiver that has not even taken the close frame by now never will.
    receiver?.abort(this.#status);
    if (this.readyState === CLOSING) this.#finish(this.#status, true);
    else if (this.readyState === OPEN) this.#finish(timedOut, false);
    this.#forget();
  }
}

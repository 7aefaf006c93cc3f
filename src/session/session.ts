/**
 * One session (protocol, section 5): what it owes its client, and who takes that now.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import {
  internalError,
  interrupted,
  normalClosure,
  slowConsumer,
  timedOut,
  unreadMessages,
} from "../protocol/close_codes.ts";
import { closeFrame, heartbeatFrame, openFrame } from "../protocol/frames.ts";
import { SendQueue } from "./send_queue.ts";
import { flushAtEndOfTurn, flushSoon } from "../event_loop/flush_queue.ts";
import { Pause } from "./pause.ts";
import type { BufferOwner } from "./buffer_budget.ts";
import { Frame, Message } from "../protocol/message.ts";
import type { ClientInfo } from "./client_info.ts";
import { CLOSED, CLOSING, CONNECTING, OPEN, type ReadyState } from "./ready_state.ts";
import type { Receiver } from "./receiver.ts";
import type { Application, LongSend, SessionHost } from "./session_host.ts";
import { TimeoutEntry } from "../event_loop/timeouts.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** What a send costs that waits for its answer: a request with its head, as runtimes keep it. */
const sendCost = 16 * 1024;

/**
 * A session's state machine. Receivers come and go (`attach`, `detach`), or stay
 * for life (websockets); the application writes, and is told through
 * {@linkcode Application}.
 *
 * A *raw* session has no frames: its receiver gets the messages themselves.
 */
export class Session extends TimeoutEntry implements BufferOwner {
  readyState: ReadyState = CONNECTING;
  /** The last receiving request. */
  client: ClientInfo;
  /** Set right after construction, by whoever made both. */
  application: Application | undefined;
  /** The id from the URL; empty on websockets, which have none. */
  readonly id: string;
  /** Whose session it is, as the application says; requests of others are refused. */
  readonly key: string | undefined;
  readonly #raw: boolean;
  readonly #host: SessionHost;
  #receiver: Receiver | undefined;
  /** It takes no more frames, but what it took may still be on its way. */
  #full = false;
  /** Former receivers whose answers are still on their way. */
  #underWay: Set<Receiver> | undefined;
  /** What its client had to take when that was last looked at, bytes. */
  #owed = 0;
  readonly #queue: SendQueue;
  #flushing = false;
  #needsDrain = false;
  #pause: Pause | undefined;
  /** Bytes of sends that are under way, and what the server counts for all that waits here. */
  #uploading = 0;
  #uploads: Set<LongSend> | undefined;
  #counted = 0;
  /** Whether messages or heartbeats went either way, and whether a second receiver ever came. */
  #exchanged = false;
  #returned = false;
  /** Set by `close`, or by what ended the session. */
  #status: CloseStatus = normalClosure;

  constructor(host: SessionHost, client: ClientInfo, id = "", raw = false, key?: string) {
    super();
    this.#host = host;
    this.client = client;
    this.id = id;
    this.key = key;
    this.#raw = raw;
    this.#queue = new SendQueue(!raw);
  }

  /** Whether a receiver listens. */
  get attached(): boolean {
    return this.#receiver !== undefined;
  }

  /** Bytes that the client has to take, answers to former requests included. */
  get #debt(): number {
    let debt = this.bufferedAmount;
    for (const { bufferedAmount } of this.#underWay ?? []) debt += bufferedAmount;
    return debt;
  }

  /** Whether the client has taken some of it since the last look: it is slow, not gone. */
  #hasTaken(debt: number): boolean {
    const hasTaken = debt < this.#owed;
    this.#owed = debt;
    return hasTaken;
  }

  /** Bytes written that have not left yet. */
  get bufferedAmount(): number {
    return this.#queue.bytes + (this.#receiver?.bufferedAmount ?? 0);
  }

  /** Whether `write` has asked to wait, and `drained` has not been told yet. */
  get congested(): boolean {
    return this.#needsDrain && this.readyState === OPEN;
  }

  /** Hands the session to a receiver; there must not be one already. */
  attach(receiver: Receiver, client: ClientInfo): void {
    this.#receiver = receiver;
    this.#full = false;
    this.client = client;
    if (this.#pause !== undefined) receiver.pause();
    if (this.readyState === CONNECTING) return this.#open(receiver);
    this.#returned = true;
    if (this.readyState === CLOSED) this.#sendClose(receiver);
    else this.flush();
    this.#awaitHeartbeat(receiver);
  }

  #open(receiver: Receiver): void {
    this.readyState = OPEN;
    if (!this.#raw) this.#sendFrame(receiver, new Frame(openFrame));
    this.#awaitHeartbeat(receiver);
    this.application?.opened();
  }

  #sendFrame(receiver: Receiver, frame: Frame): void {
    if (receiver.send(frame)) return;
    this.#full = true;
    if (this.readyState === OPEN) this.#owed = receiver.bufferedAmount;
    // The client has the whole delay to take some of that.
    this.#awaitHeartbeat(receiver);
  }

  #awaitHeartbeat(receiver: Receiver): void {
    if (this.#receiver === receiver && this.readyState === OPEN) {
      this.#host.heartbeatTimeouts.add(this);
    }
  }

  /**
   * The receiver ended as it should; the client has the disconnect delay to come back.
   *
   * @param tookTime Whether that answer was long on its way: then nobody could come back before,
   * though the session is closing.
   */
  detach(receiver: Receiver, tookTime = false): void {
    if (receiver !== this.#receiver) return;
    this.#receiver = undefined;
    const isOpen = this.readyState === OPEN;
    if (isOpen && this.#isUnderWay) this.timeouts?.remove(this);
    else if (isOpen || (tookTime && this.readyState === CLOSING)) {
      this.#host.disconnectTimeouts.add(this);
    }
  }

  /** The same, but its answer is still on its way, of which `arrived` tells the end. */
  detachEarly(receiver: Receiver): void {
    if (receiver !== this.#receiver) return;
    (this.#underWay ??= new Set()).add(receiver);
    this.detach(receiver);
  }

  /** Whether an answer is on its way: before it has arrived, nobody is missed. */
  get #isUnderWay(): boolean {
    return this.#underWay !== undefined && this.#underWay.size > 0;
  }

  /** An answer that was on its way has arrived, or its connection is gone. */
  arrived(receiver: Receiver): void {
    if (this.#underWay?.delete(receiver) !== true || this.#isUnderWay) return;
    const isMissed = this.readyState === OPEN && this.#receiver === undefined;
    if (isMissed || this.readyState === CLOSING) this.#host.disconnectTimeouts.add(this);
  }

  /** A receiving request broke, so what was in flight is unknown: the session ends at once. */
  interrupt(receiver: Receiver): void {
    const isUnderWay = this.#underWay?.delete(receiver) === true;
    if (receiver === this.#receiver) this.#receiver = undefined;
    else if (!isUnderWay || this.readyState === CLOSED) return;
    const untouched = !this.#exchanged && !this.#returned;
    // The next receiving request hears of it, unless the client never heard of the session.
    if (!untouched && this.readyState === OPEN) this.#host.disconnectTimeouts.add(this);
    const next = this.#receiver;
    this.#finish(interrupted, false);
    if (next !== undefined) this.#sendClose(next);
    else if (untouched) this.#forget();
  }

  /** The websocket closed, by its peer or by accident. */
  disconnect(receiver: Receiver, status: CloseStatus, wasClean: boolean): void {
    if (receiver !== this.#receiver) return;
    this.#receiver = undefined;
    this.#forget();
    this.#finish(status, wasClean);
  }

  /** Messages of a send that was found valid as a whole. */
  accept(messages: readonly string[]): void {
    if (messages.length === 0) return;
    this.#exchanged = true;
    if (this.readyState === OPEN) this.application?.received(messages);
  }

  /** The same; what is written meanwhile has left when this returns. */
  acceptAndFlush(messages: readonly string[]): void {
    // Nobody else need see to it.
    this.#flushing = true;
    this.accept(messages);
    this.flush();
  }

  /** The peer has given the sign of life that it was asked for. */
  markAlive(): void {
    if (this.readyState === OPEN) this.#host.heartbeatTimeouts.add(this);
  }

  /** The application takes no messages for now: senders shall wait. */
  pause(): void {
    if (this.#pause !== undefined || this.readyState !== OPEN) return;
    this.#pause = new Pause();
    this.#receiver?.pause();
  }

  /** It takes them again. */
  resume(): void {
    if (this.#pause === undefined) return;
    this.#receiver?.resume();
    this.#pause.end();
    this.#pause = undefined;
  }

  /** Where senders wait until messages are taken again, or never will be; nothing where they are taken now. */
  get currentPause(): Pause | undefined {
    return this.#pause;
  }

  /** Bytes that wait here for anybody. */
  get heldBytes(): number {
    return this.#countedBytes + (this.#receiver?.bufferedAmount ?? 0);
  }

  /** The same without the receiver, which counts what it has by itself. */
  get #countedBytes(): number {
    const unread = this.application?.unreadCost ?? 0;
    if (this.readyState === CLOSED) return unread;
    return this.#queue.cost + unread + this.#uploading +
      (this.#pause?.size ?? 0) * sendCost;
  }

  /** Tells the server how much waits here. */
  recount(): void {
    const kept = this.#countedBytes;
    if (kept === this.#counted) return;
    const by = kept - this.#counted;
    this.#counted = kept;
    if (this.readyState === CLOSED) this.#host.outlived(this, kept > 0);
    this.#host.bufferBudget.change(by);
  }

  /** Sends that are under way, long ones. */
  get uploads(): Set<LongSend> {
    return (this.#uploads ??= new Set());
  }

  /** So many bytes of sends more are under way, or less. */
  upload(by: number): void {
    this.#uploading += by;
    this.recount();
  }

  /** Too much waits in all sessions, and here more than elsewhere. */
  evict(): void {
    if (this.readyState !== OPEN) {
      this.application?.forget();
      return this.readyState === CLOSED ? undefined : this.destroy();
    }
    const unread = this.application?.unreadCost ?? 0;
    this.close(unread > this.#queue.cost ? unreadMessages : slowConsumer);
    this.#queue.clear();
    this.application?.forget();
    this.#giveUpSends();
    // Who takes nothing would not take the close frame either.
    if (this.bufferedAmount > 0) this.destroy();
  }

  /** Whether an interruption has ended the session, so that its sends are refused. */
  get interrupted(): boolean {
    return this.readyState === CLOSED && this.#status === interrupted;
  }

  /** Queues a message. False when not open, or when the caller should wait for `drained`. */
  write(message: string): boolean {
    if (this.readyState !== OPEN) return false;
    return this.#enqueue(this.#raw ? Message.raw(message) : Message.encoded(message));
  }

  /** Like `write`, for a message that the caller has encoded for all sessions. */
  writeEncoded(message: string, encoded: Message): boolean {
    if (this.readyState !== OPEN) return false;
    return this.#raw ? this.write(message) : this.#enqueue(encoded);
  }

  #enqueue(message: Message): boolean {
    // It alone is too much, and no part of it is sent.
    if (this.#queue.costOf(message) > this.#host.maxBufferedBytes) {
      this.close(slowConsumer);
      return false;
    }
    this.#queue.add(message);
    // What leaves at once need not be counted.
    if (!this.#flushSoon()) this.recount();
    const room = this.#host.maxBufferedBytes - this.#queue.cost;
    let inReceiver = this.#receiver?.bufferedUpperBound ?? 0;
    if (inReceiver > room) inReceiver = this.#receiver?.bufferedAmount ?? 0;
    if (inReceiver > room) this.close(slowConsumer);
    else if (this.#queue.bytes + inReceiver <= this.#host.highWaterMark) return true;
    this.#needsDrain = true;
    return false;
  }

  /** Ends the session after what is written already; does nothing unless it is open. */
  close(status: CloseStatus): void {
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.#status = status;
    // What comes now is dropped, and among it may be the peer's close.
    this.resume();
    // From here on the time runs, whoever comes and goes, but for who takes what is owed.
    this.#owed = this.#debt;
    this.#host.disconnectTimeouts.add(this);
    this.#flushSoon();
  }

  /** False where there is nobody to flush to. */
  #flushSoon(): boolean {
    if (this.#receiver === undefined) return false;
    if (this.#flushing) return true;
    this.#flushing = true;
    (this.#receiver.awaitsArrivals ? flushAtEndOfTurn : flushSoon)(this);
    return true;
  }

  /** Hands on what is queued, as far as the receiver takes it. */
  flush(): void {
    this.#flushing = false;
    const receiver = this.#receiver;
    if (receiver !== undefined && this.#takesMore(receiver)) this.#flushTo(receiver);
    this.recount();
  }

  /** The same, however slow the client is: it is about to close, and nothing leaves after that. */
  flushAll(): void {
    const receiver = this.#receiver;
    while (receiver !== undefined && receiver === this.#receiver && this.#queue.length > 0) {
      this.#sendQueue(receiver);
    }
    this.flush();
  }

  #flushTo(receiver: Receiver): void {
    if (this.readyState === CLOSING) {
      const before = this.#debt;
      if (this.#queue.length > 0) this.#sendQueue(receiver);
      // In its frame, it may be more.
      this.#owed += this.#debt - before;
      const mayEnd = this.#receiver === receiver && !this.#full && this.#queue.length === 0;
      if (mayEnd) this.#sendClose(receiver);
      return;
    }
    if (this.#queue.length > 0) this.#sendQueue(receiver);
    if (this.#hasDrained) {
      inNextTurn(() => this.#emitDrained(), (error) => this.failed(error));
    }
  }

  get #hasDrained(): boolean {
    return this.congested && this.bufferedAmount <= this.#host.highWaterMark;
  }

  /**
   * In a turn of its own: an application that writes as soon as it may would leave the event
   * loop no time for others, where the system takes all at once.
   */
  #emitDrained(): void {
    if (!this.#hasDrained) return;
    this.#needsDrain = false;
    this.application?.drained();
  }

  #sendQueue(receiver: Receiver): void {
    this.#exchanged = true;
    const backlog = this.#queue;
    do {
      const frame = this.#raw ? backlog.takeRaw() : backlog.takeFrame(receiver.frameSize);
      this.#sendFrame(receiver, frame);
    } while (backlog.length > 0 && this.#takesMore(receiver));
  }

  #takesMore(receiver: Receiver): boolean {
    return receiver === this.#receiver && !this.#full &&
      receiver.bufferedUpperBound <= this.#host.highWaterMark;
  }

  /** The close frame; closed sessions say it to whoever still asks. */
  #sendClose(receiver: Receiver): void {
    this.#receiver = undefined;
    if (!this.#raw) receiver.send(new Frame(closeFrame(this.#status.code, this.#status.reason)));
    receiver.end(this.#status);
    if (this.readyState === CLOSING) this.#finish(this.#status, true);
    // Of an interruption the client hears once; websockets have nobody else to tell.
    if (this.#status === interrupted || this.id === "") this.#forget();
  }

  #finish(status: CloseStatus, wasClean: boolean): void {
    this.readyState = CLOSED;
    this.#status = status;
    this.#queue.clear();
    this.application?.closed(status, wasClean);
    this.resume();
    this.recount();
    this.#giveUpSends();
    this.#host.ended();
  }

  #giveUpSends(): void {
    for (const send of this.#uploads ?? []) send.giveUp();
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
      if (!this.#full) return this.#heartbeat(receiver);
      if (this.#hasTaken(receiver.bufferedAmount)) return this.#awaitHeartbeat(receiver);
      // One that has taken nothing of its answer in all this time takes nothing any more.
      this.interrupt(receiver);
      return receiver.abort(this.#status);
    }
    const isTaking = receiver !== undefined || this.#isUnderWay;
    if (this.readyState === CLOSING && isTaking && this.#hasTaken(this.#debt)) {
      this.#host.disconnectTimeouts.add(this);
    } else this.destroy();
  }

  #heartbeat(receiver: Receiver): void {
    const result = receiver.heartbeat();
    if (result === "dead") {
      this.#status = timedOut;
      return this.destroy();
    }
    if (result === "send") this.#sendFrame(receiver, new Frame(heartbeatFrame));
    if (this.#receiver === receiver) {
      this.#host[result === "awaiting-pong" ? "pongTimeouts" : "heartbeatTimeouts"].add(this);
    }
  }

  /** Something was thrown where nobody else would hear of it: that ends this session alone. */
  override failed(error: unknown): void {
    this.#host.report(error);
    const receiver = this.#receiver;
    this.#receiver = undefined;
    this.#forget();
    if (this.readyState !== CLOSED) this.#finish(internalError, false);
    if (receiver === undefined) return;
    const { code, reason } = internalError;
    try {
      // Of a poll that waits, there is no other end.
      if (!this.#raw) receiver.send(new Frame(closeFrame(code, reason)));
    } finally {
      // It may be the one that fails.
      receiver.end(internalError);
    }
  }

  /** Ends it now, whatever it still owes. */
  destroy(): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    // A receiver that has not even taken the close frame by now never will.
    receiver?.abort(this.#status);
    if (this.readyState === CLOSING) this.#finish(this.#status, true);
    else if (this.readyState === OPEN) this.#finish(timedOut, false);
    else if (this.readyState === CONNECTING) {
      this.readyState = CLOSED;
      this.#host.ended();
    }
    this.#forget();
  }
}

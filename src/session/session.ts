/**
 * A session: the state machine between one client and the application (protocol, section 5).
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import {
  internalError,
  interrupted,
  normalClosure,
  slowConsumer,
  stillOpen,
  timedOut,
  unreadMessages,
} from "../protocol/close_codes.ts";
import { closeFrame, heartbeatFrame, openFrame } from "../protocol/frames.ts";
import { SendQueue } from "./send_queue.ts";
import { Pause } from "./pause.ts";
import type { BufferOwner } from "./buffer_budget.ts";
import { Frame, Message, type SharedMessage } from "../protocol/message.ts";
import type { ClientInfo } from "./client_info.ts";
import { CLOSED, CLOSING, CONNECTING, OPEN, type ReadyState } from "../protocol/ready_state.ts";
import type { Receiver, ReceiverOwner } from "./receiver.ts";
import type { Application } from "./application.ts";
import type { SessionStore } from "./session_store.ts";
import type { Upload } from "./upload.ts";
import { TimeoutEntry } from "../event_loop/timeouts.ts";

/** Where a connection has its session, for adapters. */
export const sessionKey: unique symbol = Symbol("session");

/** What a waiting send costs: a request with its headers, as runtimes keep it. */
const sendCost = 16 * 1024;

/**
 * Receivers come and go (`attach`, `detach`), or stay for the whole session (websockets). The
 * application writes, and gets messages and events through {@linkcode Application}.
 */
export class Session extends TimeoutEntry implements BufferOwner, ReceiverOwner {
  readyState: ReadyState = CONNECTING;
  /** The client, as its last receiving request shows it. */
  client: ClientInfo;
  /** Set right after construction. */
  application: Application | undefined;
  /**
   * Called for each receiving request after the first, before anything is sent to it. For adapters;
   * must not throw.
   */
  declare onReceivingRequest?: () => void;
  /** The id from the URL; empty on websockets, which have none. */
  readonly id: string;
  /** The key that `authorize` returned; requests with another key are refused. */
  readonly key: string | undefined;
  /** Whether messages go without frames. */
  readonly isRaw: boolean;
  readonly #sessions: SessionStore;
  #receiver: Receiver | undefined;
  /** The receiver takes no more frames, but those that it took may still be on their way. */
  #full = false;
  /** Former receivers whose responses are still on their way. */
  #underWay: Set<Receiver> | undefined;
  /** Bytes that were left for the client at the last check. */
  #owed = 0;
  readonly #queue: SendQueue;
  #flushing = false;
  #needsDrain = false;
  #pause: Pause | undefined;
  #uploadingBytes = 0;
  #uploads: Set<Upload> | undefined;
  /** Bytes that the server counts for this session. */
  #counted = 0;
  /** Whether a message has gone either way, or a heartbeat was due. */
  #exchanged = false;
  /** Whether a second receiver ever came. */
  #returned = false;
  /** Set by `close`, or by what ended the session. */
  #status: CloseStatus = normalClosure;

  constructor(sessions: SessionStore, client: ClientInfo, id = "", isRaw = false, key?: string) {
    super();
    this.#sessions = sessions;
    this.client = client;
    this.id = id;
    this.key = key;
    this.isRaw = isRaw;
    this.#queue = new SendQueue(!isRaw);
  }

  /** Whether there is a receiver. */
  get attached(): boolean {
    return this.#receiver !== undefined;
  }

  /** Resolves when there is no receiver any more, or after so many ms, if it takes a while to be known. */
  whenReceiverGone(ms: number): Promise<void> | undefined {
    return this.#receiver?.whenGone?.(ms);
  }

  /** Bytes that the client has to take, responses to former requests included. */
  get #debt(): number {
    let debt = this.bufferedAmount;
    for (const { bufferedAmount } of this.#underWay ?? []) debt += bufferedAmount;
    return debt;
  }

  /** Whether the client has taken some of what waits since the last check: it is slow, not gone. */
  #hasTaken(debt: number): boolean {
    const hasTaken = debt < this.#owed;
    this.#owed = debt;
    return hasTaken;
  }

  /** Bytes written that have not left yet. */
  get bufferedAmount(): number {
    return this.#queue.bytes + (this.#receiver?.bufferedAmount ?? 0);
  }

  /** What unread messages may cost before the next one. */
  get maxUnread(): number {
    return this.#sessions.maxUnread;
  }

  /** Whether `write` has asked to wait, and the application has not heard of the drain yet. */
  get congested(): boolean {
    return this.#needsDrain && this.readyState === OPEN;
  }

  /** Gives the session a receiver. A second one is closed with 2010. */
  attach(receiver: Receiver, client: ClientInfo): void {
    if (this.#receiver !== undefined) {
      this.#sessions.log?.refused("receiver");
      return this.#endReceiver(receiver, stillOpen);
    }
    this.#receiver = receiver;
    this.#full = false;
    this.client = client;
    if (this.#pause !== undefined) receiver.pause();
    if (this.readyState === CONNECTING) return this.#open(receiver);
    this.#returned = true;
    if (this.readyState === OPEN) this.onReceivingRequest?.();
    if (this.readyState === CLOSED) this.#sendClose(receiver);
    else this.flush();
    this.#awaitHeartbeat(receiver);
  }

  #open(receiver: Receiver): void {
    this.readyState = OPEN;
    if (!this.isRaw) this.#sendFrame(receiver, new Frame(openFrame));
    this.#awaitHeartbeat(receiver);
    // The frame may have found that the client is gone, which ends the session.
    if (this.readyState === OPEN) this.application?.opened();
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
      this.#sessions.heartbeatTimeouts.add(this);
    }
  }

  /**
   * The receiver ended as it should; the client has the disconnect delay to come back.
   *
   * @param tookTime Whether that response was long on its way: then the client could not come back
   * before, though the session is closing.
   */
  detach(receiver: Receiver, tookTime = false): void {
    if (receiver !== this.#receiver) return;
    this.#receiver = undefined;
    const isOpen = this.readyState === OPEN;
    if (isOpen && this.#isUnderWay) this.timeouts?.remove(this);
    else if (isOpen || (tookTime && this.readyState === CLOSING)) {
      this.#sessions.disconnectTimeouts.add(this);
    }
  }

  /** The same for a response that is still on its way; `arrived` is called at its end. */
  detachEarly(receiver: Receiver): void {
    if (receiver !== this.#receiver) return;
    (this.#underWay ??= new Set()).add(receiver);
    this.detach(receiver);
  }

  /** Whether a response is on its way: the client comes back when it has arrived. */
  get #isUnderWay(): boolean {
    return this.#underWay !== undefined && this.#underWay.size > 0;
  }

  /** A response that was on its way has arrived, or its connection is gone. */
  arrived(receiver: Receiver): void {
    if (this.#underWay?.delete(receiver) !== true || this.#isUnderWay) return;
    const isMissed = this.readyState === OPEN && this.#receiver === undefined;
    if (isMissed || this.readyState === CLOSING) this.#sessions.disconnectTimeouts.add(this);
  }

  /** A receiving request broke, so what was in flight is unknown: the session ends at once. */
  interrupt(receiver: Receiver): void {
    const isUnderWay = this.#underWay?.delete(receiver) === true;
    if (receiver === this.#receiver) this.#receiver = undefined;
    else if (!isUnderWay || this.readyState === CLOSED) return;
    const untouched = !this.#exchanged && !this.#returned;
    // The next receiving request gets the close frame, unless the client never knew the session.
    if (!untouched && this.readyState === OPEN) this.#sessions.disconnectTimeouts.add(this);
    const next = this.#receiver;
    this.#finish(interrupted, false);
    if (next !== undefined) this.#sendClose(next);
    else if (untouched) this.#forget();
  }

  /** The websocket closed, by its client or by accident. */
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
    // So that no flush is scheduled.
    this.#flushing = true;
    this.accept(messages);
    this.flush();
  }

  /** The client has answered a ping. */
  markAlive(): void {
    if (this.readyState === OPEN) this.#sessions.heartbeatTimeouts.add(this);
  }

  /** The application takes no messages for now: senders have to wait. */
  pause(): void {
    if (this.#pause !== undefined || this.readyState !== OPEN) return;
    this.#pause = new Pause();
    this.#receiver?.pause();
  }

  /** The application takes messages again. */
  resume(): void {
    if (this.#pause === undefined) return;
    this.#receiver?.resume();
    this.#pause.end();
    this.#pause = undefined;
  }

  /** Where senders wait for `resume`, or the session's end; `undefined` while they need not. */
  get currentPause(): Pause | undefined {
    return this.#pause;
  }

  /** Bytes that wait here, in either direction. */
  get heldBytes(): number {
    const receiver = this.#receiver;
    return this.#countedBytes + (receiver?.bufferedAmount ?? 0) + (receiver?.arrivingBytes ?? 0);
  }

  /** The same without the receiver, which counts what it has by itself. */
  get #countedBytes(): number {
    const unread = this.application?.unreadCost ?? 0;
    if (this.readyState === CLOSED) return unread;
    return this.#queue.cost + unread + this.#uploadingBytes +
      (this.#pause?.size ?? 0) * sendCost;
  }

  /** Tells the server how much waits here. */
  recount(): void {
    const counted = this.#countedBytes;
    if (counted === this.#counted) return;
    const by = counted - this.#counted;
    this.#counted = counted;
    if (this.readyState === CLOSED) this.#sessions.keepForUnread(this, counted > 0);
    this.#sessions.bufferBudget.change(by);
  }

  /** Long sends that are under way. */
  get uploads(): Set<Upload> {
    return (this.#uploads ??= new Set());
  }

  /** The sends under way have so many bytes more, or less. */
  upload(by: number): void {
    this.#uploadingBytes += by;
    this.recount();
  }

  /** Too much waits in all sessions together, and more than its share in this one. */
  evict(): void {
    if (this.readyState !== OPEN) {
      this.application?.forget();
      return this.readyState === CLOSED ? undefined : this.destroy();
    }
    this.#sessions.log?.refused("share");
    const unread = this.application?.unreadCost ?? 0;
    this.close(unread > this.#queue.cost ? unreadMessages : slowConsumer);
    this.#queue.clear();
    this.application?.forget();
    this.#giveUpSends();
    // A client that takes nothing would not take the close frame either, and one that is in the middle
    // of a long message would go on with it.
    if (this.bufferedAmount > 0 || this.#receiver?.arrivingBytes) this.destroy();
  }

  /** Whether an interruption has ended the session, so that its sends are refused. */
  get interrupted(): boolean {
    return this.readyState !== OPEN && this.#status === interrupted;
  }

  /**
   * Queues a message. Returns false when the session is not open, and when the caller should wait
   * for `drained`.
   */
  write(message: string): boolean {
    if (this.readyState !== OPEN) return false;
    return this.#enqueue(this.isRaw ? Message.raw(message) : Message.encoded(message));
  }

  /** Queues a message that other sessions get as well. */
  writeShared(message: SharedMessage): void {
    if (this.readyState === OPEN) this.#enqueue(this.isRaw ? message.raw : message.framed);
  }

  #enqueue(message: Message): boolean {
    // It alone is too much, and no part of it is sent.
    if (this.#queue.costOf(message) > this.#sessions.maxBufferedBytes) {
      this.#closeSlow();
      return false;
    }
    this.#queue.add(message);
    // What leaves at once need not be counted.
    if (this.#receiver === undefined) this.recount();
    else this.#scheduleFlush(this.#receiver);
    const room = this.#sessions.maxBufferedBytes - this.#queue.cost;
    let inReceiver = this.#receiver?.bufferedUpperBound ?? 0;
    if (inReceiver > room) inReceiver = this.#receiver?.bufferedAmount ?? 0;
    const isTooMuch = inReceiver > room ||
      this.#sessions.bufferBudget.isOverrunBy(this);
    if (isTooMuch) this.#closeSlow();
    else if (this.#queue.bytes + inReceiver <= this.#sessions.highWaterMark) return true;
    this.#needsDrain = true;
    return false;
  }

  /** Too much waits for the client. */
  #closeSlow(): void {
    this.close(slowConsumer);
    this.#sessions.log?.refused("slow");
  }

  /** The application leaves too much unread. */
  closeUnread(): void {
    this.close(unreadMessages);
    this.#sessions.log?.refused("unread");
  }

  /** Ends the session after what is written already; does nothing unless it is open. */
  close(status: CloseStatus): void {
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.#status = status;
    // What comes now is dropped, and among it may be the client's close.
    this.resume();
    // From here on the time runs, even if receivers come and go, unless the client takes what is owed.
    this.#owed = this.#debt;
    this.#sessions.disconnectTimeouts.add(this);
    if (this.#receiver !== undefined) this.#scheduleFlush(this.#receiver);
  }

  #scheduleFlush(receiver: Receiver): void {
    if (this.#flushing) return;
    this.#flushing = true;
    receiver.scheduleFlush();
  }

  /** Sends what is queued, as far as the receiver takes it. */
  flush(): void {
    this.#flushing = false;
    const receiver = this.#receiver;
    if (receiver !== undefined && this.#takesMore(receiver)) this.#flushTo(receiver);
    this.recount();
    if (this.#sessions.bufferBudget.isOverrunBy(this)) this.evict();
  }

  /** Sends all that is queued, however slow the client is: after its close nothing leaves. */
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
    if (this.#hasDrained) this.application?.drained();
  }

  get #hasDrained(): boolean {
    return this.congested && this.bufferedAmount <= this.#sessions.highWaterMark;
  }

  /** Whether more may be written after a `write` that asked to wait; true once for each of those. */
  takeDrain(): boolean {
    if (!this.#hasDrained) return false;
    this.#needsDrain = false;
    return true;
  }

  #sendQueue(receiver: Receiver): void {
    this.#exchanged = true;
    const queue = this.#queue;
    do {
      const frame = this.isRaw ? queue.takeRaw() : queue.takeFrame(receiver.frameSize);
      this.#sendFrame(receiver, frame);
    } while (queue.length > 0 && this.#takesMore(receiver));
  }

  #takesMore(receiver: Receiver): boolean {
    return receiver === this.#receiver && !this.#full &&
      receiver.bufferedUpperBound <= this.#sessions.highWaterMark;
  }

  /** Ends the receiver with the session's status. Receivers that come after the end get it, too. */
  #sendClose(receiver: Receiver): void {
    this.#receiver = undefined;
    this.#endReceiver(receiver, this.#status);
    if (this.readyState === CLOSING) this.#finish(this.#status, true);
    // Only one close frame reports an interruption, and a websocket is its session's only receiver.
    if (this.#status === interrupted || this.id === "") this.#forget();
  }

  /** Sends the close frame, which a poll that waits needs as its response, and ends the receiver. */
  #endReceiver(receiver: Receiver, status: CloseStatus): void {
    try {
      if (!this.isRaw) receiver.send(new Frame(closeFrame(status.code, status.reason)));
    } finally {
      receiver.end(status);
    }
  }

  #finish(status: CloseStatus, wasClean: boolean): void {
    this.readyState = CLOSED;
    this.#status = status;
    this.#queue.clear();
    this.application?.closed(status, wasClean);
    this.resume();
    this.recount();
    this.#giveUpSends();
    this.#sessions.ended();
  }

  #giveUpSends(): void {
    for (const upload of this.#uploads ?? []) upload.giveUp();
  }

  #forget(): void {
    this.timeouts?.remove(this);
    this.#sessions.free(this);
  }

  /** A heartbeat is due, or the disconnect delay has passed. */
  override timedOut(): void {
    const receiver = this.#receiver;
    if (receiver !== undefined && this.readyState === OPEN) {
      // A client that has waited this long has had its `o`, and takes no second one.
      this.#exchanged = true;
      if (!this.#full) return this.#heartbeat(receiver);
      if (this.#hasTaken(receiver.bufferedAmount)) return this.#awaitHeartbeat(receiver);
      // A client that has read nothing of its response in all this time counts as gone.
      this.interrupt(receiver);
      return receiver.abort(this.#status);
    }
    const isTaking = receiver !== undefined || this.#isUnderWay;
    if (this.readyState === CLOSING && isTaking && this.#hasTaken(this.#debt)) {
      this.#sessions.disconnectTimeouts.add(this);
    } else this.destroy();
  }

  #heartbeat(receiver: Receiver): void {
    if (!this.isRaw && receiver.wantsHeartbeatFrame) {
      this.#sendFrame(receiver, new Frame(heartbeatFrame));
    }
    const result = receiver.heartbeat();
    if (result === "dead") {
      this.#status = timedOut;
      this.destroy();
    } else if (this.#receiver === receiver) {
      this.#sessions[result === "awaiting-pong" ? "pongTimeouts" : "heartbeatTimeouts"].add(this);
    }
  }

  /** An error that has no other caller ends this session, and no other. */
  override failed(error: unknown): void {
    this.#sessions.report(error);
    const receiver = this.#receiver;
    this.#receiver = undefined;
    this.#forget();
    if (this.readyState !== CLOSED) this.#finish(internalError, false);
    if (receiver !== undefined) this.#endReceiver(receiver, internalError);
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
      this.#sessions.ended();
    }
    this.#forget();
  }
}

/**
 * The way of messages and events into the application.
 *
 * @module
 */

import { type AnyEmitter, callListeners, type FailureHandler } from "./call_listeners.ts";
import { type CloseStatus, internalError, unreadMessages } from "../protocol/close_codes.ts";
import { OPEN } from "../session/ready_state.ts";
import type { Session } from "../session/session.ts";
import type { Application } from "../session/session_host.ts";
import { inNextTurn } from "../event_loop/turns.ts";
import { longList, Unread } from "./unread.ts";

/** What unread messages may cost, as {@linkcode Unread} counts it. */
const maxUnread = 1024 * 1024;
/** What a pause keeps before senders are asked to wait. */
const pauseThreshold = 64 * 1024;

/** Most wait for nothing: a list of their own would be memory for nothing. */
const emptyListeners: (() => void)[] = [];

/** Whoever is told of connections and of what goes wrong in the application. */
export interface InboxOwner<Emitter> {
  /** A connection opened: the application is to hear of it. */
  opened(connection: Emitter, session: Session, handler: FailureHandler): void;
  /** A connection is over. */
  closed(connection: Emitter): void;
  /** A listener threw or rejected. */
  report(error: unknown): void;
}

/**
 * Everything that a session tells the application passes here. A message goes to
 * whoever reads by iterator, else to the listeners for `data` and `message`; while
 * there is neither, or while a pipe waits, it is kept.
 */
export class Inbox<Emitter extends AnyEmitter> implements Application, FailureHandler {
  readonly #session: Session;
  readonly #emitter: Emitter;
  readonly #owner: InboxOwner<Emitter>;
  /** Made when the first message has to be kept. */
  #unread: Unread | undefined;
  #delivering = false;
  #pauses = 0;
  #readers = 0;
  #waiting = emptyListeners;
  #close: { code: number; reason: string; wasClean: boolean } | undefined;
  #closeTold = false;
  #endTold = false;
  #ready: Promise<void> | undefined;
  #settle: (() => void) | undefined;

  constructor(session: Session, emitter: Emitter, owner: InboxOwner<Emitter>) {
    this.#session = session;
    this.#emitter = emitter;
    this.#owner = owner;
  }

  opened(): void {
    this.#owner.opened(this.#emitter, this.#session, this);
  }

  /** Whether `end` was told: nothing comes any more. */
  get hasEnded(): boolean {
    return this.#endTold;
  }

  /**
   * What the messages cost that nobody has taken yet. After the end, those that are being taken:
   * others wait for nobody, and of a few nobody may ever ask for the rest.
   */
  get unreadCost(): number {
    const cost = this.#unread?.cost ?? 0;
    return this.#close === undefined || cost > pauseThreshold && this.#isTaken ? cost : 0;
  }

  received(messages: readonly string[]): void {
    const unread = this.#unread;
    // Judged by what was there before: however many come at once, `maxMessageSize` bounds them,
    // and a reader has had no time yet to take any.
    if (unread !== undefined && unread.cost > maxUnread && this.#isTooMuch(unread)) {
      return this.#session.close(unreadMessages);
    }
    const isQueued = unread !== undefined && (unread.isResting || !unread.isEmpty);
    const most = isQueued ? 0 : Math.min(messages.length, longList);
    let told = 0;
    while (told < most && this.#session.readyState === OPEN) {
      const mustWait = this.#readers > 0 || this.#pauses > 0;
      if (mustWait || !this.#tellMessage(messages[told]!)) break;
      told++;
    }
    if (told < messages.length && this.#session.readyState === OPEN) this.#buffer(messages, told);
  }

  /** A long list that is being taken is not held against who sent it. */
  #isTooMuch(unread: Unread): boolean {
    return !this.#isTaken || unread.costBehind > maxUnread;
  }

  get #isTaken(): boolean {
    return this.#readers > 0 || (this.#pauses === 0 && this.#hasListeners());
  }

  drained(): void {
    this.#settleReady();
    this.#tell("drain");
  }

  closed(status: CloseStatus, wasClean: boolean): void {
    this.#close = { code: status.code, reason: status.reason, wasClean };
    this.#owner.closed(this.#emitter);
    this.#settleReady();
    this.#wakeReaders();
    this.#tellClosed();
  }

  /** A listener threw or rejected: its connection ends, all others live on. */
  failed(error: unknown): void {
    this.forget();
    this.#session.close(internalError);
    this.#owner.report(error);
  }

  forget(): void {
    this.#unread?.clear();
    this.#session.recount();
  }

  /** A listener was added: it may be the one that things were kept for. */
  listenerAdded(event: unknown): void {
    const wanted = event === "data" || event === "message"
      ? this.#unread?.isEmpty === false
      : (event === "close" || event === "end") && this.#close !== undefined;
    if (wanted) this.#deliverSoon();
  }

  /** Keeps messages back until as many calls of `resume`, and asks senders to wait. */
  pause(): void {
    this.#pauses++;
    this.#regulate();
  }

  /** Takes back one `pause`. */
  resume(): void {
    this.#pauses--;
    this.#regulate();
    this.#deliverSoon();
  }

  /** Settles when more may be written, or when there is nobody to write to. */
  get ready(): Promise<void> {
    if (!this.#session.congested) return Promise.resolve();
    this.#ready ??= new Promise((resolve) => (this.#settle = resolve));
    return this.#ready;
  }

  /**
   * Reads message by message, from the first `next` on: what is never asked takes nothing from
   * listeners. Several readers share the messages; listeners get none meanwhile.
   */
  read(): AsyncIterableIterator<string> {
    let began = false;
    let reading = true;
    const stop = () => {
      if (!reading) return;
      reading = false;
      if (!began) return;
      this.#readers--;
      this.#regulate();
      this.#wakeReaders();
      this.#deliverSoon();
    };
    const next = async (): Promise<IteratorResult<string>> => {
      if (reading && !began) {
        began = true;
        this.#readers++;
      }
      while (reading) {
        const message = this.#take();
        if (message !== undefined) return { done: false, value: message };
        if (this.#close !== undefined && !this.#unread?.isResting) stop();
        else await new Promise<void>((resolve) => this.#wait(resolve));
      }
      return { done: true, value: undefined };
    };
    return {
      next,
      return() {
        stop();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #wait(resolve: () => void): void {
    if (this.#waiting === emptyListeners) this.#waiting = [];
    this.#waiting.push(resolve);
  }

  /** Keeps the messages of a list from the given one on. */
  #buffer(messages: readonly string[], from: number): void {
    this.#unread ??= new Unread(() => this.#rested(), (error) => this.failed(error));
    this.#unread.add(messages, from);
    this.#regulate();
    this.#wakeReaders();
  }

  #take(): string | undefined {
    const message = this.#unread?.take();
    if (message !== undefined) this.#regulate();
    return message;
  }

  /** Others have had their turn, and a long list goes on. */
  #rested(): void {
    this.#wakeReaders();
    // Readers take theirs before the end is told.
    if (this.#readers > 0) inNextTurn(() => this.#deliver(), (error) => this.failed(error));
    else this.#deliver();
    this.#regulate();
  }

  /** Who pauses or reads will go on; who does not listen at all gets no sender to wait. */
  #regulate(): void {
    const goesOn = this.#pauses > 0 || this.#readers > 0;
    const unread = this.#unread;
    const mustWait = unread !== undefined &&
      (goesOn && unread.cost > pauseThreshold || unread.isLong && (goesOn || this.#hasListeners()));
    if (mustWait) this.#session.pause();
    else this.#session.resume();
    this.#session.recount();
  }

  #wakeReaders(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = emptyListeners;
    for (const wake of waiting) wake();
  }

  /** Not from within `on()` or `resume()`, so that a listener is never called before it returns. */
  #deliverSoon(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    queueMicrotask(() => {
      this.#delivering = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#pauses === 0 && this.#readers === 0 && this.#hasListeners()) {
      const message = this.#take();
      if (message === undefined) break;
      const wasOpen = this.#session.readyState === OPEN;
      this.#tellMessage(message);
      // As where all of it is told at once: what follows the message that ends it is void.
      if (wasOpen && this.#session.readyState !== OPEN) this.#unread?.dropLong();
    }
    if (this.#close !== undefined) this.#tellClosed();
  }

  #hasListeners(): boolean {
    return this.#count("data") > 0 || this.#count("message") > 0;
  }

  #tellMessage(text: string): boolean {
    const heard = this.#tell("data", text);
    if (this.#count("message") === 0) return heard;
    this.#tell("message", { data: text });
    return true;
  }

  /**
   * Both wait for a long list that is being told, and `end` for a pipe to empty the inbox;
   * else `close` waits for nothing but a listener.
   */
  #tellClosed(): void {
    if (this.#unread?.isResting) return;
    if (!this.#endTold && !(this.#pauses > 0 && this.#unread?.isEmpty === false)) {
      this.#endTold = this.#tell("end");
    }
    if (!this.#closeTold && this.#count("close") > 0) {
      this.#closeTold = true;
      this.#tell("close", this.#close);
    }
  }

  #settleReady(): void {
    this.#settle?.();
    this.#ready = this.#settle = undefined;
  }

  #count(event: string): number {
    return this.#emitter.listenerCount(event as never);
  }

  #tell(event: string, argument?: unknown): boolean {
    return callListeners(this.#emitter, event, argument, this);
  }
}

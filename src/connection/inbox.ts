/**
 * The inbox of a connection: takes messages and events from the session to the application.
 *
 * @module
 */

import { callListeners } from "./call_listeners.ts";
import type { Connection } from "./connection.ts";
import type { CloseEvent } from "./connection_events.ts";
import { Drain } from "./drain.ts";
import type { OpenConnections } from "./open_connections.ts";
import type { FailureHandler } from "../event_loop/guard.ts";
import { type CloseStatus, internalError } from "../protocol/close_codes.ts";
import { OPEN } from "../protocol/ready_state.ts";
import type { Session } from "../session/session.ts";
import type { Application } from "../session/application.ts";
import { inNextTurn } from "../event_loop/turns.ts";
import { endsPortion, longList, Unread } from "./unread.ts";

/** What may be unread during a pause before senders have to wait. */
const pauseThreshold = 64 * 1024;
/** Shared, to save memory. */
const noReaders: (() => void)[] = [];

/**
 * Gives a message to a reader (an iterator or a stream) if there is one, else to the listeners
 * for `data` and `message`. While there is neither, or during a pause, the message stays here.
 */
export class Inbox<Context> implements Application, FailureHandler {
  readonly #session: Session;
  readonly #connection: Connection<Context>;
  readonly #connections: OpenConnections<Context>;
  /** Made when the first message has to stay. */
  #unread: Unread | undefined;
  #delivering = false;
  #pauses = 0;
  #readers = 0;
  #waiting = noReaders;
  #close: CloseEvent | undefined;
  #closeEmitted = false;
  #endEmitted = false;
  #drain: Drain | undefined;

  constructor(
    session: Session,
    connection: Connection<Context>,
    connections: OpenConnections<Context>,
  ) {
    this.#session = session;
    this.#connection = connection;
    this.#connections = connections;
  }

  opened(): void {
    this.#connections.opened(this.#connection, this.#session, this);
  }

  /** Whether `end` was emitted: no message comes any more. */
  get hasEnded(): boolean {
    return this.#endEmitted;
  }

  /**
   * What the unread messages cost. After the end, messages count only while they are being taken,
   * and only if there are many: a reader may never ask for the rest.
   */
  get unreadCost(): number {
    const cost = this.#unread?.cost ?? 0;
    return this.#close === undefined || cost > pauseThreshold && this.#isTaken ? cost : 0;
  }

  received(messages: readonly string[]): void {
    const unread = this.#unread;
    // By what was there before: `maxMessageSize` bounds what comes at once, and a reader has had
    // no time yet to take any of it.
    const { maxUnread } = this.#session;
    if (unread !== undefined && unread.cost > maxUnread) {
      // A long list that is being taken does not count against its sender.
      if (!this.#isTaken || unread.costBehind > maxUnread) return this.#session.closeUnread();
    }
    const isQueued = unread !== undefined && (unread.isResting || !unread.isEmpty);
    const most = isQueued ? 0 : Math.min(messages.length, longList);
    const began = messages.length >= longList ? performance.now() : undefined;
    let delivered = 0;
    while (delivered < most && this.#session.readyState === OPEN) {
      const mustWait = this.#readers > 0 || this.#pauses > 0;
      if (mustWait || !this.#emitMessage(messages[delivered]!)) break;
      delivered++;
      if (began !== undefined && endsPortion(delivered, began)) break;
    }
    if (delivered < messages.length && this.#session.readyState === OPEN) {
      this.#buffer(messages, delivered);
    }
  }

  get #isTaken(): boolean {
    return this.#readers > 0 || (this.#pauses === 0 && this.#hasListeners());
  }

  drained(): void {
    this.#getDrain().drained();
  }

  closed(status: CloseStatus, wasClean: boolean): void {
    this.#close = { code: status.code, reason: status.reason, wasClean };
    this.#connections.closed(this.#connection, status, wasClean);
    this.#drain?.settle();
    this.#wakeReaders();
    this.#emitEnd();
  }

  /** A listener threw or rejected: its connection ends, all others live on. */
  failed(error: unknown): void {
    this.forget();
    this.#session.close(internalError);
    this.#connections.report(error);
  }

  forget(): void {
    this.#unread?.clear();
    this.#session.recount();
  }

  /** A listener was added: what waited for one may be delivered now. */
  listenerAdded(event: unknown): void {
    const wanted = event === "data" || event === "message"
      ? this.#unread?.isEmpty === false
      : (event === "close" || event === "end") && this.#close !== undefined;
    if (wanted) this.#deliverSoon();
  }

  /** Holds messages back, and makes senders wait, until as many calls of `resume`. */
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

  /** Settles when more may be written, or when the connection has ended. */
  get ready(): Promise<void> {
    return this.#session.congested ? this.#getDrain().ready : Promise.resolve();
  }

  /**
   * Reads message by message, from the first `next` on. Listeners get no messages meanwhile. With
   * several readers, each message goes to one of them.
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
    if (this.#waiting === noReaders) this.#waiting = [];
    this.#waiting.push(resolve);
  }

  /** Adds the messages of a list from the given one on to the unread ones. */
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

  /** Other connections have had their turn, and a long list goes on. */
  #rested(): void {
    this.#wakeReaders();
    // Readers take their messages before `end` is emitted.
    if (this.#readers > 0) inNextTurn(() => this.#deliver(), (error) => this.failed(error));
    else this.#deliver();
    this.#regulate();
  }

  /**
   * Holds senders back while a pause, a slow reader or a long list keeps messages waiting. If
   * nothing is going to read the messages, senders are not held back.
   */
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
    this.#waiting = noReaders;
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
      this.#emitMessage(message);
      // As in `received`: what follows the message with which the session ends is void.
      if (wasOpen && this.#session.readyState !== OPEN) this.#unread?.dropLong();
    }
    if (this.#close !== undefined) this.#emitEnd();
  }

  #hasListeners(): boolean {
    return this.#count("data") > 0 || this.#count("message") > 0;
  }

  /** Whether there was a listener. */
  #emitMessage(text: string): boolean {
    const hadListener = this.#emit("data", text);
    if (this.#count("message") === 0) return hadListener;
    this.#emit("message", { data: text });
    return true;
  }

  /**
   * `end` and `close` wait for a long list that is being delivered, and `end` waits for a pipe to
   * empty the inbox. Apart from that, `close` waits only for a listener.
   */
  #emitEnd(): void {
    if (this.#unread?.isResting) return;
    if (!this.#endEmitted && !(this.#pauses > 0 && this.#unread?.isEmpty === false)) {
      this.#endEmitted = this.#emit("end");
    }
    if (!this.#closeEmitted && this.#count("close") > 0) {
      this.#closeEmitted = true;
      this.#emit("close", this.#close);
    }
  }

  #getDrain(): Drain {
    return (this.#drain ??= new Drain(this.#session, () => this.#emit("drain")));
  }

  #count(event: string): number {
    return this.#connection.listenerCount(event as never);
  }

  #emit(event: string, argument?: unknown): boolean {
    return callListeners(this.#connection, event, argument, this);
  }
}

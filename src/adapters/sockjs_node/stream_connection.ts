/**
 * A connection as sockjs-node has it: a Node stream.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../connection/connection.ts";
import type { CloseEvent, ConnectionEvents } from "../../connection/connection_events.ts";
import type { FailureHandler } from "../../event_loop/guard.ts";
import type { Protocol } from "../../protocol/transport_names.ts";
import { isStandard } from "../../connection/pipes.ts";
import { normalClosure } from "../../protocol/close_codes.ts";
import type { ReadyState } from "../../protocol/ready_state.ts";
import { inNextTurn } from "../../event_loop/turns.ts";
import { sessionKey } from "../../session/session.ts";
import { callSafely } from "./call_safely.ts";
import { emitEvent } from "./emit.ts";
import { discard, emitEnd, failureHandler, listenerRejected, received } from "./inner_keys.ts";
import { LegacyStream, type PipeTarget } from "./legacy_stream.ts";
import { MessageEvent } from "./message_event.ts";
import { describe, type LocalAddress, takeRequest } from "./receiving_request.ts";

/**
 * One client, as a stream of strings: a `Stream` of `node:stream`, for its `pipe`,
 * `pipeline` and `finished` (to TypeScript, cast it to `NodeJS.ReadWriteStream`). Messages without a
 * listener are dropped. Everything that is written is made a string. The event `close` fires after
 * all others; `end` does not fire after `destroy`.
 */
export class Connection extends LegacyStream<ConnectionEvents> implements AsyncIterable<string> {
  /** A random name. */
  id: string;
  /** Some headers of the last receiving request: never `cookie`, never `authorization`. */
  headers: Record<string, string> = {};
  /** The option `prefix`; of a `RegExp`, the part of the path that it matched. */
  prefix: string;
  /**
   * The client's address, or that of the last proxy that `trustProxy` does not name. Absent if it
   * is not known.
   */
  declare remoteAddress?: string;
  /** The client's port. Absent, or `undefined`, if it is not known. */
  declare remotePort?: number | undefined;
  /** This end of the connection. Absent if it is not known. */
  declare address?: LocalAddress;
  /** Path and query of the last receiving request. */
  url: string;
  /** Path of the last receiving request. */
  pathname: string;
  /** The transport of the last receiving request. */
  protocol: Protocol;
  readonly #connection: WebConnection;
  /** @ignore */
  declare readonly [failureHandler]: FailureHandler;
  #paused = false;
  #destroyed = false;
  #ended = false;
  #closed = false;
  #closeEvent: CloseEvent | undefined;

  /** @ignore */
  constructor(connection: WebConnection, handler: FailureHandler) {
    super({ captureRejections: true });
    // A pipeline that begins and ends here takes more than the ten that are usual.
    this.setMaxListeners(20);
    this.id = connection.id;
    this.prefix = connection.prefix;
    this.url = connection.url;
    this.pathname = connection.pathname;
    this.protocol = connection.protocol;
    this.#connection = connection;
    Object.defineProperty(this, failureHandler, { value: handler });
    connection[sessionKey].onReceivingRequest = () => {
      callSafely(() => this[received](), handler);
    };
    connection.on("data", (message) => this.#emitMessage(message));
    connection.on("drain", () => this.#emit("drain"));
    connection.on("end", () => {
      this.#ended = true;
      this.#finish();
    });
    connection.on("close", (event) => {
      this.#closeEvent = event;
      this.#finish();
    });
  }

  /** @ignore */
  [received](): unknown {
    const { client } = this.#connection[sessionKey];
    return describe(this, client, takeRequest(client)?.req.headers ?? client.headers);
  }

  /** @ignore */
  [listenerRejected](error: unknown): void {
    this[failureHandler].failed(error);
  }

  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): ReadyState {
    return this.#connection.readyState;
  }

  /** Whether messages may still come, from the client or out of a pause. */
  get readable(): boolean {
    return this.#connection.readable || (this.#paused && !this.#ended && !this.#destroyed);
  }

  /** Whether messages may still be written. */
  get writable(): boolean {
    return this.#connection.writable;
  }

  /** Whether `destroy` was called. */
  get destroyed(): boolean {
    return this.#destroyed;
  }

  set destroyed(value: boolean) {
    assign(this, "destroyed", value);
  }

  /** Whether the event `close` has fired. */
  get closed(): boolean {
    return this.#closed;
  }

  set closed(value: boolean) {
    assign(this, "closed", value);
  }

  /** The websocket subprotocol that was agreed on; `undefined` for none, and on other transports. */
  get subprotocol(): string | undefined {
    return this.#connection.subprotocol;
  }

  set subprotocol(value: string | undefined) {
    assign(this, "subprotocol", value);
  }

  /**
   * Sends a message. A value that is not a string is converted to one.
   *
   * @returns False if the connection is not open, or if the caller should wait for `drain`.
   */
  write(message: unknown): boolean {
    // Not a template: that asks objects for `toString` first, sockjs-node for `valueOf`.
    return this.#connection.write("" + (message as string));
  }

  /** The name of {@linkcode Connection.write} before version 0.1. */
  send(message: unknown): boolean {
    return this.write(message);
  }

  /**
   * Ends the connection after what was written already.
   *
   * @param code 0 to 65535, by default 1000.
   * @param reason By default "Normal closure".
   * @returns False when the connection was not open.
   * @throws {RangeError} If the code is not such a number.
   */
  close(code?: unknown, reason?: unknown): boolean {
    const open = this.writable;
    this.#connection.close(
      Number(code ?? normalClosure.code),
      String(reason ?? normalClosure.reason),
    );
    return open;
  }

  /**
   * Writes the message, unless it is falsy, and closes with 1000.
   *
   * @returns Null, as in sockjs-node.
   */
  end(message?: unknown): null {
    if (message) this.write(message);
    this.close();
    return null;
  }

  /** Closes with 1000; messages that are still kept are dropped. */
  destroy(): this {
    this.#destroyed = true;
    this.close();
    this[discard]();
    return this;
  }

  /** @ignore */
  [discard](): void {
    this.#destroyed = true;
    this.#connection.close();
    this.#paused = false;
    this.#connection.resume();
  }

  /** The same as {@linkcode Connection.destroy}. */
  destroySoon(): this {
    return this.destroy();
  }

  /**
   * Keeps messages until `resume`, and with them `end` and `close`. Above about a
   * megabyte of them the connection is closed with 1008.
   */
  pause(): this {
    this.#paused = true;
    this.#connection.pause();
    return this;
  }

  /** Lets messages through again, those that were kept first. */
  resume(): this {
    this.#paused = false;
    this.#connection.resume();
    return this;
  }

  /**
   * Writes all messages to a stream, no faster than it takes them, and ends it. When that
   * fails, the connection is closed with 1011.
   */
  override pipe<Target extends PipeTarget>(target: Target, options?: { end?: boolean }): Target {
    // The pipe would never be removed.
    if (this.#closed) return target;
    super.pipe(target, options);
    // The pipe may have paused the connection, and nothing else would resume it: a target that has
    // been ended emits no `drain`, and may stay open.
    const resume = () => this.resume();
    // Without another listener, the pipe would throw the error. A pipeline has one.
    const failed = (error?: unknown) => {
      const others = target.listeners?.("error").some((listener) => !ours.has(listener));
      if (others !== true) this[failureHandler].failed(error);
    };
    ours.add(failed);
    for (const event of ends) target.on(event, resume);
    target.on("error", failed);
    this.once("close", () => {
      for (const event of ends) target.removeListener(event, resume);
      // One that was ended may still fail at that.
      if (options?.end !== false && !isStandard(target)) return;
      inNextTurn(() => target.removeListener("error", failed), failed);
    });
    return target;
  }

  /** Reads message by message, from the first `next` on. Listeners for `data` get none from then on. */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return this.#connection[Symbol.asyncIterator]();
  }

  /** For logs: `<SockJSConnection …>` with the id. */
  override toString(): string {
    return `<SockJSConnection ${this.id}>`;
  }

  #emitMessage(message: string): void {
    if (this.#destroyed) return;
    this.#emit("data", message);
    if (this.listenerCount("message") > 0) this.#emit("message", new MessageEvent(message));
  }

  /** `end` waits for the end of a pause, and `close` for `end`, as a pipe ends with `close`. */
  #finish(): void {
    if (this.#ended && this.#closeEvent !== undefined) this[emitEnd]();
  }

  /**
   * Emits the last events.
   *
   * @param isEmitted Whether the application has just emitted `close` by itself.
   * @ignore
   */
  [emitEnd](isEmitted = false): void {
    if (!this.#destroyed) this.#emit("end");
    this.#closed = true;
    if (!isEmitted || !this.#destroyed) this.#emit("close", this.#closeEvent);
  }

  #emit(event: keyof ConnectionEvents, argument?: unknown): void {
    emitEvent(this, event, argument, this[failureHandler]);
  }
}

/** Lets the application keep a value of its own under the name of one of our accessors. */
function assign(connection: Connection, name: string, value: unknown): void {
  const writable = { writable: true, enumerable: true, configurable: true };
  Object.defineProperty(connection, name, { value, ...writable });
}

/** After these, a target takes no more messages. */
const ends = ["finish", "close"];

/** Our own listeners for errors of targets. */
const ours = new WeakSet<object>();

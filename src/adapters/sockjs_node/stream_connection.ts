/**
 * A connection as sockjs-node has it: a Node stream.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../connection/connection.ts";
import type { CloseEvent, ConnectionEvents } from "../../connection/connection_events.ts";
import { callListeners } from "../../connection/call_listeners.ts";
import type { FailureHandler } from "../../event_loop/guard.ts";
import type { Protocol } from "../../protocol/transport_names.ts";
import { isStandard } from "../../connection/pipes.ts";
import { normalClosure } from "../../protocol/close_codes.ts";
import type { ReadyState } from "../../protocol/ready_state.ts";
import { inNextTurn } from "../../event_loop/turns.ts";
import { LegacyStream, type PipeTarget } from "./legacy_stream.ts";

/**
 * One client, as a stream of strings: a `Stream` of `node:stream`, for its `pipe`,
 * `pipeline` and `finished` (to TypeScript, cast it to `NodeJS.ReadWriteStream`). Messages without a
 * listener are dropped. Everything that is written is made a string. The event `close` fires after
 * all others; `end` does not fire after `destroy`.
 */
export class Connection extends LegacyStream<ConnectionEvents> implements AsyncIterable<string> {
  /** A random name. */
  readonly id: string;
  readonly #connection: WebConnection;
  readonly #handler: FailureHandler;
  #paused = false;
  #destroyed = false;
  #ended = false;
  #closed = false;
  #closeEvent: CloseEvent | undefined;

  /** @ignore */
  constructor(connection: WebConnection, handler: FailureHandler) {
    super();
    // A pipeline that begins and ends here takes more than the ten that are usual.
    this.setMaxListeners(20);
    this.id = connection.id;
    this.#connection = connection;
    this.#handler = handler;
    connection.on("data", (message) => this.#emitMessage(message));
    connection.on("drain", () => this.#emit("drain"));
    connection.on("end", () => {
      this.#ended = true;
      if (!this.#destroyed) this.#emit("end");
      this.#emitClose();
    });
    connection.on("close", (event) => {
      this.#closeEvent = event;
      this.#emitClose();
    });
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

  /** Whether the event `close` has fired. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The transport of the last receiving request. */
  get protocol(): Protocol {
    return this.#connection.protocol;
  }

  /** The websocket subprotocol that was agreed on; `undefined` for none, and on other transports. */
  get subprotocol(): string | undefined {
    return this.#connection.subprotocol;
  }

  /** Path and query of the last receiving request. */
  get url(): string {
    return this.#connection.url;
  }

  /** Path of the last receiving request. */
  get pathname(): string {
    return this.#connection.pathname;
  }

  /** The part of the path that the option `prefix` matched. */
  get prefix(): string {
    return this.#connection.prefix;
  }

  /** Some headers of the last receiving request: never `cookie`, never `authorization`. */
  get headers(): Readonly<Record<string, string>> {
    return this.#connection.headers;
  }

  /** The client's address, or that of the last proxy. */
  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  /** The client's port. */
  get remotePort(): number | undefined {
    return this.#connection.remotePort;
  }

  /** This end of the connection. */
  get address(): { readonly address: string; readonly port: number } | undefined {
    return this.#connection.address;
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
    return this.resume();
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
    // The pipe may have paused the connection, and nothing else would resume it.
    const resume = () => this.resume();
    // Without another listener, the pipe would throw the error. A pipeline has one.
    const failed = (error?: unknown) => {
      const others = target.listeners?.("error").some((listener) => !ours.has(listener));
      if (others !== true) this.#handler.failed(error);
    };
    ours.add(failed);
    target.on("close", resume);
    target.on("error", failed);
    this.once("close", () => {
      target.removeListener("close", resume);
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
    if (this.listenerCount("message") > 0) this.#emit("message", new Message(message));
  }

  /** Emits `close` after `end`, which waits for the end of a pause, as a pipe ends with `close`. */
  #emitClose(): void {
    if (!this.#ended || this.#closeEvent === undefined) return;
    this.#closed = true;
    this.#emit("close", this.#closeEvent);
  }

  #emit(event: keyof ConnectionEvents, argument?: unknown): void {
    callListeners(this, event, argument, this.#handler);
  }
}

/** Our own listeners for errors of targets. */
const ours = new WeakSet<object>();

/** A message event that can be written as it is, as in a sample of sockjs-node 0.1.0. */
class Message {
  readonly data: string;

  constructor(data: string) {
    this.data = data;
  }

  toString(): string {
    return this.data;
  }
}

/**
 * A connection: what the application has of a client.
 *
 * @module
 */

import type { ConnectionEvents } from "./connection_events.ts";
import { Emitter, type Listener } from "./emitter.ts";
import { Inbox } from "./inbox.ts";
import type { OpenConnections } from "./open_connections.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import { pipe, type PipeDestination, type PipeOptions } from "./pipes.ts";
import { type ConnectionStreams, streams } from "./streams.ts";
import { closeStatus, normalClosure } from "../protocol/close_codes.ts";
import { OPEN, type ReadyState } from "../protocol/ready_state.ts";
import type { Session } from "../session/session.ts";

/**
 * One client, on any transport. Servers make these and give them to the listeners of
 * `connection`.
 *
 * Messages that come before there is a listener (the listener of `connection` may be
 * async) are kept for the first listener or reader, up to about a megabyte; then
 * the connection is closed with 1008. A message over the option `maxMessageSize` closes
 * it with 1009, and a send over it is refused with 413. A listener that throws or rejects closes
 * its connection with 1011.
 *
 * @example By events
 * ```ts
 * import { createServer } from "@sockjs/web";
 *
 * const server = createServer({ prefix: "/echo" });
 * server.on("connection", (connection) => {
 *   connection.on("data", (message) => connection.write(message));
 *   connection.on("close", ({ code, reason }) => console.log(code, reason));
 * });
 * ```
 *
 * @example As an async iterable, with backpressure
 * ```ts
 * import { createServer } from "@sockjs/web";
 *
 * const server = createServer({ prefix: "/echo" });
 * server.on("connection", async (connection) => {
 *   for await (const message of connection) {
 *     if (!connection.write(message)) await connection.ready;
 *   }
 * });
 * ```
 *
 * @typeParam Context What the application keeps in `context`.
 */
export class Connection<Context = unknown> extends Emitter<ConnectionEvents>
  implements AsyncIterable<string> {
  readonly #session: Session;
  readonly #inbox: Inbox<Context>;
  #id: string | undefined;
  #paused = false;

  /** The application's own data: what `authorize` gave, or `undefined` until it is set. */
  context!: Context;

  /** @ignore */
  constructor(session: Session, connections: OpenConnections<Context>) {
    super();
    this.#session = session;
    this.#inbox = new Inbox(session, this, connections);
    session.application = this.#inbox;
  }

  /** A random name; never the session id from the URL, which must stay a secret. */
  get id(): string {
    return (this.#id ??= crypto.randomUUID());
  }

  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): ReadyState {
    return this.#session.readyState;
  }

  /** Whether messages may still come. */
  get readable(): boolean {
    return this.#session.readyState === OPEN;
  }

  /** Whether messages may still be written. */
  get writable(): boolean {
    return this.#session.readyState === OPEN;
  }

  /** The transport of the last receiving request. */
  get protocol(): Protocol {
    return this.#session.client.protocol;
  }

  /** The websocket subprotocol that was agreed on; `undefined` for none, and on other transports. */
  get subprotocol(): string | undefined {
    return this.#session.client.subprotocol;
  }

  /** Path and query of the last receiving request. */
  get url(): string {
    return this.#session.client.url;
  }

  /** Path of the last receiving request. */
  get pathname(): string {
    return this.#session.client.pathname;
  }

  /** The part of the path that the server's `prefix` matched. */
  get prefix(): string {
    return this.#session.client.prefix;
  }

  /**
   * Headers of the last receiving request, by lower-case name. Only those that
   * are safe to rely on across transports: `referer`, `origin`, `host`,
   * `user-agent`, `accept-language`, `dnt`, `via`, and those that proxies add
   * (`x-forwarded-for` and the like). Never `cookie` nor `authorization`: any
   * page can make a browser send those, so they must not authorise anything.
   */
  get headers(): Readonly<Record<string, string>> {
    return this.#session.client.headers;
  }

  /**
   * The client's address, or that of the last proxy; `undefined` where the runtime does not tell,
   * and on unix sockets, as are the port and this end.
   */
  get remoteAddress(): string | undefined {
    return this.#session.client.endpoints.remote?.address;
  }

  /** The client's port. */
  get remotePort(): number | undefined {
    return this.#session.client.endpoints.remote?.port;
  }

  /** This end of the connection, where the runtime tells: on Bun the name and port that it serves. */
  get address(): { readonly address: string; readonly port: number } | undefined {
    return this.#session.client.endpoints.local;
  }

  /** Bytes written that have not left for the client yet. */
  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }

  /**
   * Settles when more may be written, or when the connection is over: at once
   * unless `write` has said false. Never rejects.
   */
  get ready(): Promise<void> {
    return this.#inbox.ready;
  }

  /**
   * Sends a message. It is never lost while the connection lives, even when
   * this says false: that is above `highWaterMark` bytes (64 KiB) that the client has
   * not taken. Above `maxBufferedBytes` (16 MiB) the connection is closed with 1008; a message
   * that alone is over it is not sent at all.
   *
   * @returns False when the connection is not open, and when the caller should
   * wait for `ready` or `drain` before it writes more.
   * @throws {TypeError} If the message is not a string.
   */
  write(message: string): boolean {
    if (typeof message !== "string") throw notAString("write", message);
    return this.#session.write(message);
  }

  /** The older name of {@linkcode Connection.write}. */
  send(message: string): boolean {
    if (typeof message !== "string") throw notAString("send", message);
    return this.#session.write(message);
  }

  /**
   * Ends the connection after what was written already.
   *
   * @param code 0 to 65535, by default 1000. On a websocket, codes that cannot be
   * sent there arrive in the SockJS frame, and as 1000 in the websocket's own.
   * @param reason By default that of the code 1000, "Normal closure", else empty.
   * @throws {RangeError} If the code is not such a number.
   * @throws {TypeError} If the reason is not a string.
   */
  close(code?: number, reason?: string): void {
    if (code === undefined) code = normalClosure.code;
    if (reason === undefined) reason = code === normalClosure.code ? normalClosure.reason : "";
    this.#session.close(closeStatus(code, reason));
  }

  /** Writes the message, if there is one, and closes with 1000. */
  end(message?: string): void {
    if (message !== undefined) this.write(message);
    this.close();
  }

  /**
   * Writes all messages to the destination, waits when that asks for it, and
   * ends it when no more will come, unless it is `process.stdout` or `process.stderr`. When the
   * destination fails, the connection is closed with 1011, and the error goes to the server's
   * event `error`.
   *
   * @param options `{ end: false }` leaves the destination open.
   * @returns The destination.
   */
  pipe<Destination extends PipeDestination>(
    destination: Destination,
    options: PipeOptions = {},
  ): Destination {
    pipe(this, this.#inbox, destination, options);
    return destination;
  }

  /**
   * Keeps messages from listeners until `resume`. Above 64 KiB of them, senders have
   * to wait: sends over HTTP for their answer; websockets are not read any more, on
   * Node and Bun, and their end may show later. What comes all the same is kept up to
   * about a megabyte, above which the connection is closed with 1008.
   */
  pause(): this {
    if (!this.#paused) this.#inbox.pause();
    this.#paused = true;
    return this;
  }

  /** Lets messages through again, those that were kept first. */
  resume(): this {
    if (!this.#paused) return this;
    this.#paused = false;
    this.#inbox.resume();
    return this;
  }

  /**
   * Both directions as Web streams. Once the readable one is read from, it takes
   * the messages like any reader; leave it alone and listeners get them.
   */
  stream(): ConnectionStreams {
    return streams(this, this.#inbox);
  }

  /**
   * Reads message by message, from the first `next` until the connection closes. Listeners for
   * `data` get no messages meanwhile. With several readers, each message goes to one of them.
   * Leaving the loop early leaves the connection open, and the next reader or listener goes on.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return this.#inbox.read();
  }

  /** For logs: `<SockJSConnection …>` with the id. */
  override toString(): string {
    return `<SockJSConnection ${this.id}>`;
  }

  /** Adds a listener; messages kept for the first one are delivered soon after. */
  override on<Name extends keyof ConnectionEvents>(
    event: Name,
    listener: Listener<ConnectionEvents[Name]>,
  ): this {
    super.on(event, listener);
    this.#inbox.listenerAdded(event);
    return this;
  }

  /** The same as {@linkcode Connection.on}. */
  override addListener<Name extends keyof ConnectionEvents>(
    event: Name,
    listener: Listener<ConnectionEvents[Name]>,
  ): this {
    return this.on(event, listener);
  }

  /** Adds a listener that is called before all others. */
  override prependListener<Name extends keyof ConnectionEvents>(
    event: Name,
    listener: Listener<ConnectionEvents[Name]>,
  ): this {
    super.prependListener(event, listener);
    this.#inbox.listenerAdded(event);
    return this;
  }
}

function notAString(method: string, value: unknown): TypeError {
  const got = value === null ? "null" : typeof value;
  return new TypeError(`Cannot ${method}: the message must be a string, got ${got}`);
}

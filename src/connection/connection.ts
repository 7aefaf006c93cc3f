/**
 * A connection: the application's handle to one client.
 *
 * @module
 */

import type { ConnectionEvents } from "./connection_events.ts";
import type { Listener } from "./emitter.ts";
import { Inbox } from "./inbox.ts";
import type { OpenConnections } from "./open_connections.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import { pipe, type PipeDestination, type PipeOptions } from "./pipes.ts";
import { type ConnectionStreams, streams } from "./streams.ts";
import { Subscriber } from "./subscriber.ts";
import { closeStatus, normalClosure } from "../protocol/close_codes.ts";
import { OPEN, type ReadyState } from "../protocol/ready_state.ts";
import { type Session, sessionKey } from "../session/session.ts";

/**
 * One client, on any transport. Servers create connections and pass them to the listeners of
 * `connection`.
 *
 * Messages that arrive before there is a listener (the listener of `connection` may be async) are
 * kept for the first listener or reader, up to about 1 MiB; above that, the connection is closed
 * with 1008. A websocket message larger than `maxMessageSize` closes the connection with 1009. An
 * HTTP request that sends messages and is larger than that gets 413. A listener that throws or
 * rejects closes its connection with 1011.
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
export class Connection<Context = unknown> extends Subscriber implements AsyncIterable<string> {
  readonly #session: Session;
  readonly #inbox: Inbox<Context>;
  #id: string | undefined;
  #paused = false;

  /** The application's own data: the `context` from `authorize`, or `undefined` until it is set. */
  context!: Context;

  /** @ignore */
  override get [sessionKey](): Session {
    return this.#session;
  }

  /** @ignore */
  constructor(session: Session, connections: OpenConnections<Context>) {
    super(connections);
    this.#session = session;
    this.#inbox = new Inbox(session, this, connections);
    session.application = this.#inbox;
  }

  /** A random id; never the session id from the URL, which must stay secret. */
  get id(): string {
    return (this.#id ??= crypto.randomUUID());
  }

  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): ReadyState {
    return this.#session.readyState;
  }

  /** Whether messages may still arrive. */
  get readable(): boolean {
    return this.#session.readyState === OPEN;
  }

  /** Whether messages may still be written. */
  get writable(): boolean {
    return this.#session.readyState === OPEN;
  }

  /** The transport of the last receiving request: a stream, a poll or a websocket. */
  get protocol(): Protocol {
    return this.#session.client.protocol;
  }

  /** The websocket subprotocol that was agreed on. `undefined` if there is none. */
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
   * (`x-forwarded-for` and the like). Never `cookie` or `authorization`: any
   * page can make a browser send those, so they must not authorise anything.
   */
  get headers(): Readonly<Record<string, string>> {
    return this.#session.client.headers;
  }

  /**
   * The client's address, or that of the last proxy that `trustProxy` does not name. `undefined` if
   * the runtime does not report it. The same holds for `remotePort` and `address`.
   */
  get remoteAddress(): string | undefined {
    return this.#session.client.remote?.address;
  }

  /** The client's port. `undefined` if a trusted proxy has passed on the address alone. */
  get remotePort(): number | undefined {
    return this.#session.client.remote?.port;
  }

  /**
   * The server's own end of the connection, if the runtime reports it. On Bun, the host name and
   * port that it serves.
   */
  get address(): { readonly address: string; readonly port: number } | undefined {
    return this.#session.client.endpoints.local;
  }

  /** Bytes that were written and have not been sent to the client yet. */
  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }

  /**
   * Resolves when more may be written, or when the connection has ended. Resolves at once if the
   * last `write` returned true. Never rejects.
   */
  get ready(): Promise<void> {
    return this.#inbox.ready;
  }

  /**
   * Sends a message. Returns false when more than `highWaterMark` bytes (64 KiB) wait for the
   * client; the message is queued even then. Above `maxBufferedBytes` (16 MiB), the connection is
   * closed with 1008. A single message above that limit is not sent at all.
   *
   * @returns False if the connection is not open, or if the caller should wait for `ready` or
   * `drain` before it writes more.
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
   * Sends what was written before, then ends the connection.
   *
   * @param code An integer from 0 to 65535, by default 1000. A code that RFC 6455 does not allow in
   * a websocket close frame is sent only in the SockJS close frame; the websocket itself closes
   * with 1000.
   * @param reason Defaults to "Normal closure" for code 1000, and to "" for others.
   * @throws {RangeError} If the code is not an integer from 0 to 65535.
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
   * Writes all messages to the destination, and waits for `drain` when its `write` returns false.
   * Ends the destination when no more messages will come, unless it is `process.stdout` or
   * `process.stderr`. If the destination fails, the connection is closed with 1011, and the error
   * goes to the server's event `error`.
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
   * Holds messages back until `resume`. Above 64 KiB of them, senders have to wait: an HTTP request
   * that sends messages gets its response late, and on Node and Bun the websocket is no longer read,
   * so its end may be noticed late. What still arrives is kept, up to about 1 MiB; above that the
   * connection is closed with 1008.
   */
  pause(): this {
    if (!this.#paused) this.#inbox.pause();
    this.#paused = true;
    return this;
  }

  /** Ends a pause: delivers the messages that were kept, then later ones. */
  resume(): this {
    if (!this.#paused) return this;
    this.#paused = false;
    this.#inbox.resume();
    return this;
  }

  /**
   * Both directions as Web streams. While the readable stream is being read, it gets the messages.
   * Otherwise listeners get them.
   */
  stream(): ConnectionStreams {
    return streams(this, this.#inbox);
  }

  /**
   * Reads message by message, from the first `next` until the connection closes. During that time,
   * listeners for `data` get no messages. If there are several readers, each message goes to one of
   * them.
   * Leaving the loop early leaves the connection open, and the next reader or listener goes on.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return this.#inbox.read();
  }

  /** For logs: `<SockJSConnection …>` with the id. */
  override toString(): string {
    return `<SockJSConnection ${this.id}>`;
  }

  /** Adds a listener. Messages that were kept for the first listener are delivered soon after. */
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

/**
 * The interface to a runtime: what the server needs from the platform that it runs on. Deno, Bun and
 * Node each have an implementation in this folder.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import type { PlainResponse } from "../http/plain_response.ts";
import type { ResponseHeaders } from "../http/headers.ts";
import type { Frame } from "../protocol/message.ts";

/** One end of a connection. */
export interface Address {
  /** IP address, or the name that the runtime reports. */
  readonly address: string;
  readonly port: number;
}

/** The two ends of a connection, as far as the runtime knows them. */
export interface Endpoints {
  readonly remote?: Address | undefined;
  readonly local?: Address | undefined;
  /**
   * Whether it certainly is a unix socket, which has no addresses. They are also missing if the
   * client has left, for example.
   */
  readonly isUnixSocket?: boolean | undefined;
}

/** The ends of every unix socket. */
export const unixSocket: Endpoints = { isUnixSocket: true };

/** An open websocket. */
export interface Socket {
  /** Bytes that were sent and are still buffered. */
  readonly bufferedAmount: number;
  /** The same, or up to `drainThreshold` more if that is faster to find out. */
  readonly bufferedUpperBound: number;
  /**
   * Whether microtasks run between messages that arrived together, and an end that arrived with
   * them is not announced by `closing`.
   */
  readonly deliversApart: boolean;
  /** Sends one text message; does nothing once the socket is closing. */
  send(frame: Frame): void;
  /** Begins the closing handshake; code and reason are valid in a close frame. */
  close(code: number, reason: string): void;
  /** Destroys the connection if the runtime can; otherwise closes it. */
  terminate(code: number, reason: string): void;
  /** Bytes received from the peer so far; always 0 if the runtime does not count them. */
  readonly bytesRead: number;
  /** Sends a ping. False if the runtime sends pings by itself. */
  ping(): boolean;
  /** Stops reading until `resume`, if the runtime can. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/** Receives the events of a websocket. Its methods do not throw. */
export interface SocketListener extends FailureHandler {
  /** The longest message that is accepted, in bytes; a longer one closes the socket with 1009. */
  readonly maxMessageSize: number;
  /** The subprotocol to agree on, one that the request offers; none if absent. */
  readonly subprotocol?: string | undefined;
  /** `drained` is called only after more bytes than this were buffered. */
  readonly drainThreshold: number;
  /**
   * A peer that sends nothing for so many ms, not even a pong, is dead. If undefined, the peer gets
   * no pings.
   */
  readonly maxSilence: number | undefined;
  /** Called once, before all others. */
  opened(socket: Socket): void;
  /** A whole message arrived; `undefined` stands for a binary one. */
  message(text: string | undefined): void;
  /** A pong arrived. */
  pong(): void;
  /** So many bytes of a long message are in memory, and the rest is yet to arrive. */
  arriving?(bytes: number): void;
  /** A message longer than `maxMessageSize` arrived. The listener closes the socket. */
  tooLong(): void;
  /** The runtime ends the socket by itself, for what the peer sent or did not read. For the log. */
  refused(reason: string): void;
  /** The peer sent a close frame or a broken one: this is the last moment to send anything. */
  closing(): void;
  /** `bufferedAmount` has gone down. */
  drained(): void;
  /** Called once, after all others; 1005 if the peer sent no code, 1006 if it sent no close frame. */
  closed(code: number, reason: string): void;
}

/** The body of a response that is sent in parts. */
export interface Sink {
  /** The response to return from the handler. */
  readonly response: Response;
  /** Bytes that were written and are still buffered. */
  readonly bufferedAmount: number;
  /** Sends an HTTP chunk, unless the body has ended or broken. Returns its length in bytes. */
  write(text: string): number;
  /** Ends the body after what was written; then `ended` or `broken` is called, once. */
  end(): void;
  /** Sends the last chunk and ends the body; no more events follow. */
  finish(text: string): void;
  /** Destroys the response and drops what is buffered; no more events follow. */
  abort(): void;
}

/** Receives the events of a sink. Its methods do not throw. */
export interface SinkListener extends FailureHandler {
  /** `drained` is called only after more bytes than this were buffered. */
  readonly drainThreshold: number;
  /** All or most of what was written has left. */
  drained(): void;
  /** After `end`: all of it has left. */
  ended(): void;
  /** The client disconnected before that. */
  broken(): void;
}

/**
 * What a runtime, or an adapter in its place, does for one request. A member that is absent is
 * something that it cannot do, or need not.
 */
export interface RequestRuntime {
  /**
   * Turns the request into a websocket. Returns the response to return from the handler, or
   * `undefined` if the request cannot be upgraded; calls `warnOnce` first if that is the
   * application's mistake. Absent if the runtime has no websockets.
   */
  readonly upgrade?:
    | ((
      listener: SocketListener,
      warnOnce: (message: string) => void,
    ) => Response | undefined)
    | undefined;
  /** Sends a response without making a `Response` of it. */
  respond?(response: PlainResponse): Response;
  /** Begins a response with status 200, without a `ReadableStream`. */
  stream?(headers: ResponseHeaders, listener: SinkListener): Sink;
  /** Calls back when the client is gone, for clients whose response body is not cancelled then. */
  onClientGone?(callback: () => void): void;
  /**
   * Calls back when the client is gone before the response has begun; at once, if it is gone
   * already.
   */
  onAbandoned?(callback: () => void): void;
  /**
   * Drops all headers of the request but these, on runtimes that keep a request's headers until
   * its response has ended: those of a stream live as long as the stream.
   */
  forgetHead?(headers: Readonly<Record<string, string>>): void;
  /**
   * Whether reading all headers takes less than a microsecond. On Deno it takes 20, on Bun 2.5.
   */
  readonly readsHeadersFast?: boolean;
  /**
   * Whether the path in the request's URL, which begins at `start`, is the path of its request
   * line. Absent if it always is.
   */
  hasItsPath?(url: string, start: number): boolean;
  /** Whether all headers of the request are there. Absent if they always are. */
  hasAllHeaders?(): boolean;
  /** The two ends of the request's connection. */
  endpoints(): Endpoints;
  /** Keeps the connection open during a silence of that many milliseconds. */
  suspendIdleTimeout?(ms: number): void;
  /** Restores the timeout that `suspendIdleTimeout` changed. Called before the response ends. */
  restoreIdleTimeout?(): void;
}

/**
 * A runtime: makes the `RequestRuntime` of a request. `info` is the handler's second argument.
 */
export type Runtime = (request: Request, info: unknown) => RequestRuntime;

/**
 * The key under which an adapter puts the runtime of a request into `info`, the second argument
 * of the server's handler. The same in all copies of this library.
 */
export const runtimeKey: unique symbol = Symbol.for("sockjs-web.runtime") as never;

/** The runtime that an adapter has put into `info`, if any. */
export function runtimeOf(info: unknown): RequestRuntime | undefined {
  return (info as { [runtimeKey]?: RequestRuntime } | null | undefined)?.[runtimeKey];
}

/** An address made of a host and a port; nothing without a host, as on a unix socket. */
export function addressOf(host: string | undefined, port: number | undefined): Address | undefined {
  return host === undefined ? undefined : { address: host, port: port ?? 0 };
}

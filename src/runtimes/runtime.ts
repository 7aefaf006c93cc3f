/**
 * What the server needs of the runtime that it runs on, as types of our own:
 * `runtimes/` has an implementation for each.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import type { PlainResponse } from "../http/plain_response.ts";
import type { ResponseHeaders } from "../http/headers.ts";
import type { Frame } from "../protocol/message.ts";

/** One end of a connection. */
export interface Address {
  /** IP address, or the name that the runtime gives. */
  readonly address: string;
  readonly port: number;
}

/** The two ends of a connection, as far as the runtime tells. */
export interface Endpoints {
  readonly remote?: Address | undefined;
  readonly local?: Address | undefined;
}

/** An open websocket, whatever the runtime makes of it. */
export interface Socket {
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  /** The same, or up to `drainThreshold` more where that is known faster. */
  readonly bufferedUpperBound: number;
  /**
   * Whether messages that arrived together are told with microtasks between them, and an end that
   * came with them without `closing`.
   */
  readonly deliversApart: boolean;
  /** Sends one text message; does nothing once the socket is closing. */
  send(frame: Frame): void;
  /** Begins the closing handshake; code and reason are valid in a close frame. */
  close(code: number, reason: string): void;
  /** Cuts the connection off, where the runtime can; else closes it. */
  terminate(code: number, reason: string): void;
  /** How much has come from the peer so far; always 0 where the runtime does not tell. */
  readonly bytesRead: number;
  /** Asks the peer for a pong. False where the runtime sees to that itself. */
  ping(): boolean;
  /** Reads no more until `resume`, where the runtime can. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/** Whoever is told what happens on a websocket. What it is told throws nothing back. */
export interface SocketListener extends FailureHandler {
  /** The longest message that is wanted, in bytes; longer ones are refused with 1009. */
  readonly maxMessageSize: number;
  /** The subprotocol to agree on, of those that the request offers; else none. */
  readonly subprotocol?: string | undefined;
  /** Bytes in the socket above which it is told when they have left. */
  readonly drainThreshold: number;
  /** ms after which a peer counts as dead that says nothing and does not answer pings. */
  readonly maxSilence: number;
  /** Once, before all others. */
  opened(socket: Socket): void;
  /** A whole message; `undefined` stands for a binary one. */
  message(text: string | undefined): void;
  /** The answer to a ping. */
  pong(): void;
  /** Instead of a message that was longer; it closes the socket. */
  tooLong(): void;
  /** The peer has closed it or sent a broken frame: what is to leave before its end has to leave now. */
  closing(): void;
  /** After congestion: `bufferedAmount` has gone down. */
  drained(): void;
  /** Once, after all others: 1005 without a code from the peer, 1006 without a close frame. */
  closed(code: number, reason: string): void;
}

/** The body of an answer that is sent bit by bit. */
export interface Sink {
  /** The answer whose body it is, to return from the handler. */
  readonly response: Response;
  /** Bytes that were written and have not left yet. */
  readonly bufferedAmount: number;
  /** Sends an HTTP chunk, unless it has ended or broken. Gives its length in bytes. */
  write(text: string): number;
  /** Ends the body after what was written; `ended` or `broken` tells, once, how that went. */
  end(): void;
  /** Sends the last chunk and ends the body; nothing more is told. */
  finish(text: string): void;
  /** Cuts the answer off, with what has not left yet; nothing more is told. */
  abort(): void;
}

/** Whoever is told what becomes of a sink. What it is told throws nothing back. */
export interface SinkListener extends FailureHandler {
  /** Bytes in the sink above which it is told when they have left. */
  readonly drainThreshold: number;
  /** What was written has left, or most of it. */
  drained(): void;
  /** After `end`: all of it has left. */
  ended(): void;
  /** The client went away before that. */
  broken(): void;
}

/** The seam between the server and the runtime. */
export interface Runtime {
  /**
   * Turns a request into a websocket. Gives the response to return, or
   * `undefined` when that request cannot be upgraded; `warnOnce` when that is
   * for something that the application should have written otherwise. Absent
   * where the runtime has no websockets.
   */
  readonly upgrade?:
    | ((
      request: Request,
      info: unknown,
      listener: SocketListener,
      warnOnce: (message: string) => void,
    ) => Response | undefined)
    | undefined;
  /** Sends an answer by a shorter way than a `Response` of its own. */
  readonly respond?: (answer: PlainResponse, request: Request, info: unknown) => Response;
  /** Begins a 200 by a shorter way than a `ReadableStream`. */
  readonly stream?: (
    headers: ResponseHeaders,
    request: Request,
    info: unknown,
    listener: SinkListener,
  ) => Sink;
  /** Calls back when the client is gone, where a response's body might not hear of it. */
  readonly onClientGone?: (request: Request, info: unknown, gone: () => void) => void;
  /**
   * Calls back when the client of a request that has no answer yet is gone, where that is known:
   * at once, if it is gone by now.
   */
  readonly onAbandoned?: (request: Request, info: unknown, gone: () => void) => void;
  /**
   * Keeps no more of a request's head than these, where the runtime keeps it as long as its
   * answer is under way: of a stream, all its life.
   */
  readonly forgetHead?: (
    request: Request,
    info: unknown,
    headers: Readonly<Record<string, string>>,
  ) => void;
  /**
   * Whether all headers of a request can be read in less than a microsecond. Deno takes 20 for
   * them, Bun 2.5.
   */
  readonly readsHeadersFast?: boolean;
  /**
   * Whether the path in a request's URL, from `start` on, is that of its request line. Absent
   * where it always is.
   */
  readonly hasItsPath?: (
    request: Request,
    url: string,
    start: number,
    info: unknown,
  ) => boolean;
  /** The two ends of the request's connection. */
  endpoints(request: Request, info: unknown): Endpoints;
  /** Keeps the request's connection open through a silence of so many milliseconds. */
  readonly suspendIdleTimeout?: (request: Request, info: unknown, ms: number) => void;
  /** Takes back what `suspendIdleTimeout` did, before the answer ends. */
  readonly restoreIdleTimeout?: (request: Request, info: unknown) => void;
}

/**
 * Where `info`, the second argument of a server's handler, brings a runtime that
 * is to serve this request: an adapter's. The same in all copies of this library.
 */
export const runtimeKey: unique symbol = Symbol.for("sockjs-web.runtime") as never;

/** The runtime that comes with a request, if there is one. */
export function runtimeOf(info: unknown): Runtime | undefined {
  return (info as { [runtimeKey]?: Runtime } | null | undefined)?.[runtimeKey];
}

/** What we use of a Bun websocket. */
export interface ServerWebSocket {
  /** What was given to `upgrade`. */
  readonly data: unknown;
  /** Sends a message. */
  send(message: string | Uint8Array): number;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Cuts the connection off. */
  terminate(): void;
  /** Asks for a pong. */
  ping(): unknown;
  /** Reads no more. */
  pause?(): unknown;
  /** Reads again. */
  resume?(): unknown;
  /** Bytes sent that have not left yet. */
  getBufferedAmount(): number;
}

/** What `Bun.serve` takes under `websocket`. */
export interface WebSocketHandlers {
  /** A socket opened. */
  open(socket: ServerWebSocket): void;
  /** A whole message arrived. */
  message(socket: ServerWebSocket, message: string | Uint8Array): void;
  /** A peer has answered a ping. */
  pong(socket: ServerWebSocket, data: Uint8Array): void;
  /** A congested socket takes more. */
  drain(socket: ServerWebSocket): void;
  /** A socket closed. */
  close(socket: ServerWebSocket, code: number, reason: string): void;
}

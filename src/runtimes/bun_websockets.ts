/**
 * Websockets of Bun, and the handlers for them that `Bun.serve` takes.
 *
 * @module
 */

import type { Frame } from "../protocol/message.ts";
import { noCloseFrame, slowConsumer } from "../protocol/close_codes.ts";
import type { Socket, SocketListener } from "./runtime.ts";

/** What we use of a Bun websocket. */
export interface ServerWebSocket {
  /** What was passed to `upgrade`. */
  readonly data: unknown;
  /** Sends a message. */
  send(message: string | Uint8Array): number;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Destroys the connection. */
  terminate(): void;
  /** Sends a ping. */
  ping(): unknown;
  /** Stops reading. */
  pause?(): unknown;
  /** Reads again. */
  resume?(): unknown;
  /** Bytes sent that are still buffered. */
  getBufferedAmount(): number;
}

/** What `Bun.serve` takes under `websocket`. */
export interface WebSocketHandlers {
  /** A socket opened. */
  open(socket: ServerWebSocket): void;
  /** A whole message arrived. */
  message(socket: ServerWebSocket, message: string | Uint8Array): void;
  /** A pong arrived. */
  pong(socket: ServerWebSocket, data: Uint8Array): void;
  /** A congested socket can be written to again. */
  drain(socket: ServerWebSocket): void;
  /** A socket closed. */
  close(socket: ServerWebSocket, code: number, reason: string): void;
}

/** What Bun's `send` returns for a message that it dropped, and for an empty one. */
const dropped = 0;
/**
 * How Bun's reasons begin for a socket that it has ended because of what came, such as
 * "Received too big message". No peer can send a reason with the code 1006.
 */
const complaint = "Received ";

/** Marks `ws.data` as ours, the same in all copies of this library. */
const ours = Symbol.for("sockjs-web.socket");

/** The `data` of a websocket of ours, which becomes its socket when it opens. */
export class BunSocket implements Socket {
  readonly [ours] = true;
  readonly listener: SocketListener;
  wasOpened = false;
  #socket: ServerWebSocket | undefined;

  constructor(listener: SocketListener) {
    this.listener = listener;
  }

  opened(socket: ServerWebSocket): void {
    this.wasOpened = true;
    this.#socket = socket;
    this.listener.opened(this);
  }

  get bytesRead(): number {
    return 0;
  }

  get deliversApart(): boolean {
    return true;
  }

  get bufferedAmount(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  send({ text }: Frame): void {
    const socket = this.#socket;
    // Bun has dropped a message because of its `backpressureLimit`, so the stream has a hole.
    if (socket?.send(text) === dropped && text !== "") {
      this.listener.refused("a message was dropped because of backpressureLimit");
      socket.close(slowConsumer.code, slowConsumer.reason);
      this.closed(slowConsumer.code, slowConsumer.reason);
    }
  }

  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }

  terminate(): void {
    this.#socket?.terminate();
  }

  ping(): boolean {
    this.#socket?.ping();
    return true;
  }

  pause(): void {
    // Older versions of Bun cannot stop reading.
    this.#socket?.pause?.();
  }

  resume(): void {
    this.#socket?.resume?.();
  }

  closed(code: number, reason: string): void {
    if (this.#socket === undefined) return;
    this.#socket = undefined;
    if (code === noCloseFrame && reason.startsWith(complaint)) this.listener.refused(reason);
    this.listener.closed(code, reason);
  }
}

/** An application's own websocket. Bun's type fits as well. */
export interface OwnWebSocket {
  /** What was passed to `upgrade`. */
  readonly data: unknown;
  /** Sends a message. */
  send(message: string | Uint8Array): unknown;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): unknown;
}

/** An application's handlers for its own sockets. They may come with further options of Bun's. */
export interface OwnWebSocketHandlers {
  /** As in Bun. */
  open?(socket: OwnWebSocket): unknown;
  /** As in Bun. */
  message?(socket: OwnWebSocket, message: string | Uint8Array): unknown;
  /** As in Bun. */
  drain?(socket: OwnWebSocket): unknown;
  /** As in Bun. */
  close?(socket: OwnWebSocket, code: number, reason: string): unknown;
  /** As in Bun. */
  ping?(socket: OwnWebSocket, data: Uint8Array): unknown;
  /** As in Bun. */
  pong?(socket: OwnWebSocket, data: Uint8Array): unknown;
}

/**
 * The handlers for `Bun.serve`'s `websocket`, which serve all SockJS servers of
 * the process. If the application (or a framework, such as Hono) has handlers
 * of its own, this combines both: sockets that are not SockJS's are passed to
 * `own` untouched, and its further options (`idleTimeout`, `maxPayloadLength`,
 * …) are kept and apply to SockJS's sockets too.
 *
 * @example
 * ```ts ignore
 * Bun.serve({
 *   fetch(request, server) {
 *     if (new URL(request.url).pathname === "/news") {
 *       return server.upgrade(request, { data: undefined })
 *         ? undefined
 *         : new Response(null, { status: 400 });
 *     }
 *     return echo.handler(request, server);
 *   },
 *   websocket: websocketHandlers({ message(socket, text) { socket.send(text); } }),
 * });
 * ```
 */
export function websocketHandlers<Own extends OwnWebSocketHandlers>(
  own?: Own,
): Omit<Own, keyof WebSocketHandlers> & WebSocketHandlers {
  return {
    ...(own as Own),
    open(socket) {
      if (isOurs(socket.data)) socket.data.opened(socket);
      else own?.open?.(socket);
    },
    message(socket, message) {
      if (isOurs(socket.data)) {
        socket.data.listener.message(typeof message === "string" ? message : undefined);
      } else own?.message?.(socket, message);
    },
    pong(socket, data) {
      if (isOurs(socket.data)) socket.data.listener.pong();
      else own?.pong?.(socket, data);
    },
    drain(socket) {
      if (isOurs(socket.data)) socket.data.listener.drained();
      else own?.drain?.(socket);
    },
    close(socket, code, reason) {
      if (isOurs(socket.data)) socket.data.closed(code, reason);
      else own?.close?.(socket, code, reason);
    },
    ...(own?.ping && {
      ping(socket: ServerWebSocket, data: Uint8Array) {
        if (!isOurs(socket.data)) own.ping?.(socket, data);
      },
    }),
  };
}

function isOurs(data: unknown): data is BunSocket {
  return typeof data === "object" && data !== null && ours in data;
}

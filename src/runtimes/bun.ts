/**
 * The seam to Bun.
 *
 * @module
 */

import type { Frame } from "../protocol/message.ts";
import { slowConsumer } from "../protocol/close_codes.ts";
import type {
  Address,
  Endpoints,
  Runtime,
  ServerWebSocket,
  Socket,
  SocketListener,
  WebSocketHandlers,
} from "./runtime.ts";

/** What we use of a Bun server, which `fetch` gets as its second argument. */
interface BunServer {
  /** Neither is there on a unix socket. */
  readonly hostname: string | undefined;
  readonly port: number | undefined;
  upgrade(request: Request, options: { data: unknown }): boolean;
  requestIP(request: Request): { address: string; port: number } | null;
  timeout(request: Request, seconds: number): void;
}

/** Of `Bun.serve`'s own idle time-out, which we put back after a silence, in s. */
const idleTimeout = 10;
/** How much later than the next expected byte a connection may be cut, in s. */
const margin = 10;
/** The longest that Bun takes; 0 would be for ever. */
const maxTimeout = 255;

/** What Bun's `send` gives for a message that it did not take, and for an empty one. */
const dropped = 0;

/** Marks `ws.data` as ours, across several copies of this library too. */
const ours = Symbol.for("sockjs-web.socket");

/** What hangs on a websocket of ours as `ws.data`; becomes its socket when it opens. */
class BunSocket implements Socket {
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
    // Bun drops what goes beyond `backpressureLimit`, which cannot be made good.
    if (socket?.send(text) === dropped && text !== "") {
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
    // Where Bun is too old, it reads on.
    this.#socket?.pause?.();
  }

  resume(): void {
    this.#socket?.resume?.();
  }

  closed(code: number, reason: string): void {
    if (this.#socket === undefined) return;
    this.#socket = undefined;
    this.listener.closed(code, reason);
  }
}

/** An application's own websocket: what is certain of it here. Bun's own type fits as well. */
export interface OwnWebSocket {
  /** What was given to `upgrade`. */
  readonly data: unknown;
  /** Sends a message. */
  send(message: string | Uint8Array): unknown;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): unknown;
}

/** An application's own handlers for its own sockets, with whatever options Bun takes there. */
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
 * the process. Where the application (or a framework, such as Hono) has handlers
 * of its own, this combines both: sockets that are not SockJS's are handed to
 * `own` untouched, and its further options (`idleTimeout`, `maxPayloadLength`,
 * …) are kept, for SockJS's sockets too.
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

const howToServe = "Bun.serve({ fetch: server.handler, websocket: server.websocket })";

/** The runtime for a process that runs on Bun. */
export const bunRuntime: Runtime = {
  upgrade(request, info, listener, warnOnce) {
    const server = bunServer(info);
    if (server === undefined) {
      warnOnce(
        `Cannot upgrade: the handler needs Bun's server as its second argument: ${howToServe}`,
      );
      return undefined;
    }
    const socket = new BunSocket(listener);
    // Bun knows no other version, and of those that get here the frames are the same.
    request.headers.set("Sec-WebSocket-Version", "13");
    // Bun agrees to the first that it finds there.
    if (listener.subprotocol === undefined) request.headers.delete("Sec-WebSocket-Protocol");
    else request.headers.set("Sec-WebSocket-Protocol", listener.subprotocol);
    try {
      if (!server.upgrade(request, { data: socket })) return undefined;
    } catch {
      warnOnce(`Cannot upgrade: Bun.serve has no websocket handlers: ${howToServe}`);
      return undefined;
    }
    if (!socket.wasOpened) {
      warnOnce(
        "Bun.serve has websocket handlers that do not know SockJS: " +
          "combine them, websocket: websocketHandlers(yours)",
      );
    }
    // Bun has answered already and ignores this.
    return new Response(null);
  },
  forgetHead({ headers }, _info, kept) {
    for (const name of [...headers.keys()]) if (!(name in kept)) headers.delete(name);
  },
  onAbandoned(request, _info, gone) {
    // It may be gone by now: the application may have taken its time.
    if (request.signal.aborted) gone();
    else request.signal.addEventListener("abort", gone);
  },
  endpoints(request, info): Endpoints {
    const server = bunServer(info);
    if (server === undefined) return {};
    return { remote: server.requestIP(request) ?? undefined, local: localEnd(server) };
  },
  suspendIdleTimeout(request, info, ms) {
    const seconds = Math.min(Math.ceil(ms / 1000) + margin, maxTimeout);
    bunServer(info)?.timeout(request, seconds);
  },
  restoreIdleTimeout(request, info) {
    bunServer(info)?.timeout(request, idleTimeout);
  },
};

const localEnds = new WeakMap<BunServer, Address>();

/** The same for all requests, and asked for it Bun takes a microsecond. None on a unix socket. */
function localEnd(server: BunServer): Address | undefined {
  let end = localEnds.get(server);
  if (end === undefined) {
    const { hostname, port } = server;
    if (hostname === undefined || port === undefined) return undefined;
    end = { address: hostname, port };
    localEnds.set(server, end);
  }
  return end;
}

function bunServer(info: unknown): BunServer | undefined {
  const server = info as BunServer | null | undefined;
  return typeof server?.upgrade === "function" ? server : undefined;
}

/**
 * Websocket handshakes on Node's servers, with the package `ws`.
 *
 * @module
 */

import { WebSocketServer } from "ws";
import type { SocketListener } from "../runtime.ts";
import type { IncomingMessage, NodeSocket } from "./types.ts";
import { normalizeHandshake, type WebSocketOfWs, WsSocket } from "./ws_socket.ts";

/** What we use of a server of `ws`. */
interface ServerOfWs {
  handleUpgrade(
    req: unknown,
    socket: unknown,
    head: unknown,
    opened: (websocket: WebSocketOfWs) => void,
  ): void;
}

/** Options of `ws` that an application may set. */
export interface WsOptions {
  readonly perMessageDeflate?: boolean | object | undefined;
  readonly maxPayload?: number | undefined;
}

/** Milliseconds of silence after which the system asks a peer that gets no pings whether it lives. */
const keepAliveDelay = 60_000;

/** Turns upgrade requests into websockets. */
export class WsServer {
  readonly #options: WsOptions;
  #server: ServerOfWs | undefined;

  constructor(options: WsOptions) {
    this.#options = options;
  }

  /** Upgrades a request that the core has checked to be a handshake. */
  upgrade(
    req: IncomingMessage,
    socket: NodeSocket,
    head: Uint8Array,
    listener: SocketListener,
  ): void {
    this.#server ??= this.#create(listener.maxMessageSize);
    normalizeHandshake(req, listener);
    if (listener.maxSilence === undefined) socket.setKeepAlive?.(true, keepAliveDelay);
    this.#server.handleUpgrade(req, socket, head, (websocket) => {
      listener.opened(new WsSocket(websocket, listener));
    });
  }

  #create(maxMessageSize: number): ServerOfWs {
    const { perMessageDeflate, maxPayload = Infinity } = this.#options;
    const most = Math.min(maxMessageSize, maxPayload, maxInteger);
    return new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: perMessageDeflate ?? false,
      maxPayload: most,
      ...limitsOf(most),
    }) as unknown as ServerOfWs;
  }
}

/**
 * Each part of a message takes some hundred bytes besides its own. Clients divide long messages
 * into fragments of a KiB and more, and networks into reads of about that size.
 */
function limitsOf(maxMessageSize: number): { maxFragments: number; maxBufferedChunks: number } {
  const most = Math.min(Math.max(least, Math.ceil(maxMessageSize / smallestPart)), maxInteger);
  return { maxFragments: most, maxBufferedChunks: most };
}

const least = 1024;
const smallestPart = 256;

/** `ws` takes the lowest 32 bits of a larger number. */
const maxInteger = 2 ** 31 - 1;

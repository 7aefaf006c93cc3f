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

/** Turns upgrade requests into websockets. */
export class WsServer {
  readonly #perMessageDeflate: boolean | object;
  #server: ServerOfWs | undefined;

  /** @param perMessageDeflate as in `ws`. */
  constructor(perMessageDeflate: boolean | object) {
    this.#perMessageDeflate = perMessageDeflate;
  }

  /** Upgrades a request that the core has checked to be a handshake. */
  upgrade(
    req: IncomingMessage,
    socket: NodeSocket,
    head: Uint8Array,
    listener: SocketListener,
  ): void {
    this.#server ??= new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: this.#perMessageDeflate,
      maxPayload: Math.min(listener.maxMessageSize, maxInteger),
      ...limitsOf(listener.maxMessageSize),
    }) as unknown as ServerOfWs;
    normalizeHandshake(req, listener);
    this.#server.handleUpgrade(req, socket, head, (websocket) => {
      listener.opened(new WsSocket(websocket, listener));
    });
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

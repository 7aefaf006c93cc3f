/**
 * A websocket of the package `ws`, which Node's servers have.
 *
 * @module
 */

import type { Frame } from "../../protocol/message.ts";
import { messageTooBig } from "../../protocol/close_codes.ts";
import { OPEN } from "../../protocol/ready_state.ts";
import type { Socket, SocketListener } from "../runtime.ts";
import { compactFragments, type ReceiverOfWs } from "./fragments.ts";
import { isRealNode } from "./real_node.ts";
import type { IncomingMessage } from "./types.ts";
import { maxCopied, websocketFrame } from "./websocket_frame.ts";

/** What we use of the connection under a websocket. */
interface Stream {
  readonly bytesRead?: number;
  write(bytes: Uint8Array, written?: () => void): unknown;
}

/** What we use of a websocket of `ws`. */
export interface WebSocketOfWs {
  readonly bufferedAmount: number;
  readonly readyState: number;
  /** Those that were agreed on, by name. */
  readonly extensions: string;
  /** The connection; Bun's own `ws` has none. */
  readonly _socket?: Stream | null | undefined;
  /** What reads from it. */
  readonly _receiver?: ReceiverOfWs | null | undefined;
  send(text: string, sent?: () => void): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  ping(): void;
  pause(): void;
  resume(): void;
  emit(event: string, isTooLong: boolean): boolean;
  on(event: typeof closing, listener: (isTooLong: boolean) => void): void;
  on(event: "pong", listener: () => void): void;
  on(event: "message", listener: (data: { toString(): string }, isBinary: boolean) => void): void;
  on(event: "close", listener: (code: number, reason: { toString(): string }) => void): void;
  on(event: "error", listener: (error: { code?: string }) => void): void;
}

/**
 * Lets `ws` take a handshake that the server has found to be good: it is stricter
 * with the names of protocols and versions, and agrees to the first subprotocol that it finds.
 */
export function normalizeHandshake(req: IncomingMessage, { subprotocol }: SocketListener): void {
  const headers = req.headers as Record<string, unknown>;
  headers["upgrade"] = "websocket";
  headers["sec-websocket-version"] = "13";
  if (subprotocol === undefined) delete headers["sec-websocket-protocol"];
  else headers["sec-websocket-protocol"] = subprotocol;
}

/** An event of our own: the socket is about to close, perhaps because a message is too long. */
export const closing = "sockjs-closing";

/**
 * One function for all websockets, in the place of their own, which `ws` calls as soon as it has
 * read a close frame or a broken one. Of a message over `maxPayload` the listener says why; where
 * it has closed it before, the connection is still to be ended.
 */
function close(this: WebSocketOfWs, code?: number, reason?: string): void {
  this.emit(closing, code === messageTooBig.code && reason === undefined);
  (Object.getPrototypeOf(this) as WebSocketOfWs).close.call(this, code, reason);
}

/** An open websocket. */
export class NodeWebSocket implements Socket {
  readonly #websocket: WebSocketOfWs;
  readonly #sent: () => void;
  readonly #drainThreshold: number;
  /** Takes frames that are ready, where `ws` would do no more with them than we do. */
  readonly #stream: Stream | undefined;

  constructor(websocket: WebSocketOfWs, listener: SocketListener) {
    this.#websocket = websocket;
    this.#drainThreshold = listener.drainThreshold;
    const isPlain = isRealNode && websocket.extensions === "";
    this.#stream = isPlain ? websocket._socket ?? undefined : undefined;
    this.#sent = () => listener.drained();
    compactFragments(websocket._receiver);
    websocket.on("message", (data, isBinary) => {
      listener.message(isBinary ? undefined : data.toString());
    });
    websocket.on("pong", () => listener.pong());
    websocket.close = close;
    websocket.on(closing, (isTooLong) => isTooLong ? listener.tooLong() : listener.closing());
    websocket.on("close", (code, reason) => listener.closed(code, reason.toString()));
    // Every error is followed by the close event. Bun has its own `ws`, which tells
    // only here that a message was too long.
    websocket.on("error", ({ code }) => {
      if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") listener.tooLong();
    });
  }

  get deliversApart(): boolean {
    return false;
  }

  get bytesRead(): number {
    return this.#websocket._socket?.bytesRead ?? 0;
  }

  get bufferedAmount(): number {
    return this.#websocket.bufferedAmount;
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  send(frame: Frame): void {
    const { text } = frame;
    const websocket = this.#websocket;
    const isCongested = websocket.bufferedAmount + text.length > this.#drainThreshold;
    // Bun's sockets have no `drain` event here, so look to the message itself.
    const sent = isCongested ? this.#sent : undefined;
    const isDirect = text.length < maxCopied && websocket.readyState === OPEN;
    // In one piece, where `ws` writes two: 13 % less time for an echo, 19 % for a broadcast.
    if (isDirect && this.#stream !== undefined) this.#stream.write(websocketFrame(frame), sent);
    else websocket.send(text, sent);
  }

  close(code: number, reason: string): void {
    this.#websocket.close(code, reason);
  }

  terminate(): void {
    this.#websocket.terminate();
  }

  ping(): boolean {
    this.#websocket.ping();
    return true;
  }

  pause(): void {
    // Bun's own `ws` always reads on.
    if (canPause) this.#websocket.pause();
  }

  resume(): void {
    if (canPause) this.#websocket.resume();
  }
}

const canPause = !("Bun" in globalThis);

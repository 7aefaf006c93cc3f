/**
 * A websocket of the package `ws`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Frame } from "../../protocol/message.ts";
import { messageTooBig } from "../../protocol/close_codes.ts";
import { CLOSED, OPEN } from "../../protocol/ready_state.ts";
import { rememberLast } from "../../protocol/remember_last.ts";
import type { Socket, SocketListener } from "../runtime.ts";
import { changeHeader, isRealNode } from "./internals.ts";
import type { IncomingMessage } from "./types.ts";
import {
  announceClose,
  bytesReadBy,
  closeRequested,
  compactFragments,
  watchArrival,
  writableConnection,
  type WsConnection,
  type WsInsides,
} from "./ws_internals.ts";

/** What is used of a websocket of `ws`. */
export interface WebSocketOfWs extends WsInsides {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(text: string, sent?: () => void): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  ping(): void;
  pause(): void;
  resume(): void;
  on(event: typeof closeRequested, listener: (code?: number, reason?: string) => void): void;
  on(event: "pong", listener: () => void): void;
  on(event: "message", listener: (data: { toString(): string }, isBinary: boolean) => void): void;
  on(event: "close", listener: (code: number, reason: { toString(): string }) => void): void;
  on(event: "error", listener: (error: { code?: string; message: string }) => void): void;
}

/**
 * Makes `ws` accept a handshake that the core has accepted: it is stricter with the names of
 * protocols and versions, and agrees to the first subprotocol that it finds.
 */
export function normalizeHandshake(req: IncomingMessage, { subprotocol }: SocketListener): void {
  changeHeader(req, "upgrade", "websocket");
  changeHeader(req, "sec-websocket-version", "13");
  changeHeader(req, "sec-websocket-protocol", subprotocol);
}

/** An open websocket. */
export class WsSocket implements Socket {
  readonly #websocket: WebSocketOfWs;
  readonly #listener: SocketListener;
  readonly #sent: () => void;
  readonly #drainThreshold: number;
  /** Takes whole frames, if `ws` would do no more with them than we do. */
  readonly #connection: WsConnection | undefined;
  /** Bytes of an unfinished message, as the listener knows them. */
  #arriving = 0;
  #isWatched = false;
  readonly #compressesAtOnce: boolean;
  /** Characters that were compressed at once since the last look at this websocket. */
  #compressed = 0;

  constructor(websocket: WebSocketOfWs, listener: SocketListener) {
    this.#websocket = websocket;
    this.#drainThreshold = listener.drainThreshold;
    this.#connection = writableConnection(websocket);
    this.#listener = listener;
    this.#sent = () => listener.drained();
    compactFragments(websocket);
    const isCompressed = websocket.extensions !== "";
    this.#compressesAtOnce = isCompressed && !isRealNode;
    if (isCompressed || listener.maxMessageSize > smallMessage) {
      watchArrival(websocket, (bytes) => this.#arrived(bytes));
    }
    websocket.on("message", (data, isBinary) => {
      listener.message(isBinary ? undefined : data.toString());
    });
    websocket.on("pong", () => listener.pong());
    announceClose(websocket);
    websocket.on(closeRequested, (code, reason) => {
      // For a message over `maxPayload`, `ws` has no reason; this library adds one.
      if (code === messageTooBig.code && reason === undefined) listener.tooLong();
      else listener.closing();
    });
    websocket.on("close", (code, reason) => listener.closed(code, reason.toString()));
    // A close event follows each error. With Bun's own `ws`, only an error indicates that a message
    // was too long.
    websocket.on("error", ({ code, message }) => {
      if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") listener.tooLong();
      else listener.refused(message);
    });
  }

  /** After the last part there is nothing: the message itself is counted from then on. */
  #arrived(bytes: number): void {
    const arriving = bytes > leastArriving ? bytes : 0;
    if (arriving === this.#arriving) return;
    this.#arriving = arriving;
    this.#listener.arriving?.(arriving);
  }

  /**
   * Bun's own `ws` does not tell when a message has left, and nothing tells that others have had their
   * turn. So this looks from time to time, less often while nothing moves.
   */
  #watch(delay: number): void {
    const before = this.bufferedAmount;
    if (this.#isWatched || before === 0 || this.#websocket.readyState === CLOSED) return;
    this.#isWatched = true;
    setTimeout(() => {
      this.#isWatched = false;
      this.#compressed = 0;
      const hasMoved = this.bufferedAmount < before;
      if (hasMoved) this.#listener.drained();
      this.#watch(hasMoved ? soonest : Math.min(2 * delay, latest));
    }, delay);
  }

  get deliversApart(): boolean {
    return false;
  }

  get bytesRead(): number {
    return bytesReadBy(this.#websocket);
  }

  /** What was compressed in this turn counts as waiting, so that others have theirs. */
  get bufferedAmount(): number {
    const compressed = this.#compressed > mostAtOnce ? this.#compressed : 0;
    return this.#websocket.bufferedAmount + compressed;
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  send(frame: Frame): void {
    const { text } = frame;
    const websocket = this.#websocket;
    const isCongested = websocket.bufferedAmount + text.length > this.#drainThreshold;
    // A callback for the message, as Bun's sockets have no `drain` event here.
    const sent = isCongested ? this.#sent : undefined;
    const isDirect = text.length < maxCopied && websocket.readyState === OPEN;
    if (isDirect && this.#connection !== undefined) {
      this.#connection.write(websocketFrame(frame), sent);
    } else websocket.send(text, sent);
    if (this.#compressesAtOnce) this.#compressed += text.length;
    if (isBun || this.#compressed > mostAtOnce) this.#watch(soonest);
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
    if (canPause) this.#websocket.pause();
  }

  resume(): void {
    if (canPause) this.#websocket.resume();
  }
}

/**
 * Where no message is longer, and none is compressed, its parts are not counted: that takes memory
 * for each websocket.
 */
const smallMessage = 1024 * 1024;

/** Bytes of an unfinished message that are not counted. */
const leastArriving = 64 * 1024;

const isBun = "Bun" in globalThis;

/**
 * Characters after which compressing waits for another turn. Deno and Bun compress in the event loop,
 * 64 KiB in 2 ms; Node does it in other threads.
 */
const mostAtOnce = 64 * 1024;

/** Bun's own `ws` cannot stop reading. */
const canPause = !isBun;

/** Milliseconds from one look at a websocket of Bun's to the next. */
const soonest = 5;
const latest = 1000;

/** Characters up to which copying a text into its frame is faster than writing both apart. */
const maxCopied = 16 * 1024;

/** The text frame of RFC 6455, unmasked. The last one is kept, as a broadcast sends it to all. */
export const websocketFrame: (frame: Frame) => Uint8Array = rememberLast(encodeFrame);

function encodeFrame({ text }: Frame): Uint8Array {
  const length = Buffer.byteLength(text);
  const isShort = length < 126;
  const bytes = Buffer.allocUnsafe(length + (isShort ? 2 : 4));
  bytes[0] = finalText;
  if (isShort) bytes[1] = length;
  else {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  }
  bytes.write(text, isShort ? 2 : 4);
  return bytes;
}

const finalText = 0x81;

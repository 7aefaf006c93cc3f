/**
 * The only file that uses undocumented parts of the package `ws`, or replaces its methods. Its items
 * are as in `internals.ts`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { isRealNode } from "./internals.ts";

/** The connection of a websocket. */
export interface WsConnection {
  readonly bytesRead?: number;
  write(bytes: Uint8Array, written?: () => void): unknown;
  on?(event: "data", listener: () => void): unknown;
}

/** What reads the frames of a websocket. */
interface WsReceiver {
  /** The fragments of the message under way. */
  _fragments?: Uint8Array[];
  /** How long they are together. */
  readonly _messageLength?: number;
  /** Bytes that were read and not understood yet. */
  readonly _bufferedBytes?: number;
  /** Whether the last of them has arrived. */
  readonly _fin?: boolean;
  /** Called after each fragment that was added. */
  dataMessage?(done: unknown): void;
}

/** The members of a websocket of `ws` that are used here only. */
export interface WsInsides {
  readonly _socket?: WsConnection | null | undefined;
  readonly _receiver?: WsReceiver | null | undefined;
  /** The extensions that were agreed on. */
  readonly extensions: string;
  close(code?: number, reason?: string): void;
  emit(event: string, code: number | undefined, reason: string | undefined): boolean;
}

/**
 * The connection under a websocket, if whole frames can be written to it. Uses `_socket`.
 *
 * - Why: one piece for each frame, where `ws` writes two: 13 % less time for an echo, 19 % for a
 *   broadcast.
 * - Where messages are compressed, and on Deno and Bun, this is undefined and `ws` sends.
 * - Watched by the probe `ownFrames`.
 */
export function writableConnection(websocket: WsInsides): WsConnection | undefined {
  const isPlain = isRealNode && websocket.extensions === "";
  return isPlain ? websocket._socket ?? undefined : undefined;
}

/**
 * Bytes that a websocket has received. Uses `_socket`.
 *
 * - Why: a peer that is sending a long message is alive, although it does not answer pings.
 * - Where it is missing, as with Bun's own `ws`, this is 0, and pings alone count.
 * - Watched by `tests/unit/runtimes/node/ws_server_test.ts`, with the real `ws`.
 */
export function bytesReadBy(websocket: WsInsides): number {
  return websocket._socket?.bytesRead ?? 0;
}

/** An event of our own: `ws` is about to close a websocket, with that code and reason. */
export const closeRequested = "sockjs-closing";

/**
 * Makes a websocket emit {@linkcode closeRequested} before it is closed. Puts a method in the
 * place of its `close`.
 *
 * - Why: `ws` calls it as soon as it has read a close frame or a broken one, which is the last
 *   moment to send.
 * - Where `ws` does not call it, as with Bun's own, the event does not come, and an
 *   error says that a message was too long.
 * - Watched by the probe `tooLong`.
 */
export function announceClose(websocket: WsInsides): void {
  websocket.close = closeWithEvent;
}

/** One function for all websockets. */
function closeWithEvent(this: WsInsides, code?: number, reason?: string): void {
  this.emit(closeRequested, code, reason);
  (Object.getPrototypeOf(this) as WsInsides).close.call(this, code, reason);
}

/**
 * Copies small fragments of a message as they arrive. Replaces `dataMessage` of the websocket's
 * `_receiver`, and reads `_fragments` and `_fin`.
 *
 * - Why: each fragment is a view of a piece of up to 64 KiB, and keeps all of it.
 * - Where one of them is missing, as with Bun's own `ws`, nothing is replaced.
 * - Watched by the probe `fragments`.
 */
export function compactFragments({ _receiver: receiver }: Pick<WsInsides, "_receiver">): void {
  if (receiver && Array.isArray(receiver._fragments) && receiver.dataMessage !== undefined) {
    receiver.dataMessage = compactAndContinue;
  }
}

/** One function for all receivers. */
function compactAndContinue(this: WsReceiver, done: unknown): void {
  if (this._fin === false) compactLast(this._fragments);
  (Object.getPrototypeOf(this) as WsReceiver).dataMessage?.call(this, done);
}

function compactLast(fragments: Uint8Array[] | undefined): void {
  const last = fragments?.at(-1);
  if (fragments === undefined || last === undefined) return;
  if (2 * last.byteLength >= last.buffer.byteLength) return;
  // Not from the pool, which the copy would keep in the same way.
  const copy = Buffer.allocUnsafeSlow(last.byteLength);
  copy.set(last);
  fragments[fragments.length - 1] = copy;
}

/**
 * Reports how many bytes of an unfinished message a websocket keeps, whenever there are more. Uses
 * `_socket`, and `_bufferedBytes` and `_messageLength` of `_receiver`. Where messages are compressed,
 * replaces its `dataMessage`.
 *
 * - Why: the server counts what clients make it keep, and `ws` reports whole messages only. A
 *   compressed fragment is a thousand times as long once it is decompressed, which is later.
 * - Where one of them is missing, as with Bun's own `ws`, nothing is reported.
 * - Watched by `tests/unit/runtimes/node/ws_server_test.ts`, with the real `ws`.
 */
export function watchArrival(websocket: WsInsides, report: (bytes: number) => void): void {
  const { _socket: socket, _receiver: receiver } = websocket;
  if (receiver?._bufferedBytes === undefined) return;
  const tell = () => report((receiver._bufferedBytes ?? 0) + (receiver._messageLength ?? 0));
  socket?.on?.("data", tell);
  if (websocket.extensions === "") return;
  const { dataMessage } = receiver;
  receiver.dataMessage = (done) => {
    dataMessage?.call(receiver, done);
    tell();
  };
}

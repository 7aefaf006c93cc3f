/**
 * Fragments of messages, as the package `ws` keeps them until the last has come.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** What we use of the part of `ws` that reads frames. */
export interface ReceiverOfWs {
  /** Those of the message under way. */
  _fragments?: Uint8Array[];
  /** Whether the last one has come. */
  readonly _fin?: boolean;
  /** Is called for each, when that is among them. */
  dataMessage?(done: unknown): void;
}

/**
 * Keeps fragments from holding what they were read with: each is a view of a piece of up to
 * 64 KiB, of which it may be a byte, between pongs.
 */
export function compactFragments(receiver: ReceiverOfWs | null | undefined): void {
  if (receiver && Array.isArray(receiver._fragments) && receiver.dataMessage !== undefined) {
    receiver.dataMessage = dataMessage;
  }
}

/** One function for all receivers, in the place of their own. */
function dataMessage(this: ReceiverOfWs, done: unknown): void {
  if (this._fin === false) compactLast(this._fragments);
  (Object.getPrototypeOf(this) as ReceiverOfWs).dataMessage?.call(this, done);
}

function compactLast(fragments: Uint8Array[] | undefined): void {
  const last = fragments?.at(-1);
  if (fragments === undefined || last === undefined) return;
  if (2 * last.byteLength >= last.buffer.byteLength) return;
  // Not from the pool, which it would hold in the same way.
  const copy = Buffer.allocUnsafeSlow(last.byteLength);
  copy.set(last);
  fragments[fragments.length - 1] = copy;
}

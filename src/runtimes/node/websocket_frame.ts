/**
 * Websocket frames in one piece.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Frame } from "../../protocol/message.ts";
import { rememberLast } from "../../protocol/remember_last.ts";

/** Characters up to which copying them is better than writing head and text apart. */
export const maxCopied: number = 16 * 1024;

/** It as a text frame of RFC 6455, unmasked. A broadcast has the same for all. */
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

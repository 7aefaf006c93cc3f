/**
 * The frames between two members of a local bus: a length of four bytes, a kind, and a body.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** What a frame is. The first three make up the handshake. */
export const kinds = {
  /** From both: who it is. */
  hello: 1,
  /** From who has called: the proof that it knows the secret. */
  proof: 2,
  /** From who was called: its own proof. */
  welcome: 3,
  /**
   * All subscriptions that the sender had at the beginning have been sent. Its text is `joined` if the
   * sender had joined before this link was made.
   */
  ready: 4,
  /** The sender ends, and has sent everything. No frame follows. */
  bye: 5,
  message: 10,
  subscribe: 11,
  confirm: 12,
  unsubscribe: 13,
  /**
   * Messages for the other end were dropped, because too much waited for it, or because there was no
   * link. It gets all from now on.
   */
  dropped: 14,
  request: 20,
  answer: 21,
  ping: 30,
  pong: 31,
} as const;

/** The text of `ready`: without this link, the sender has published, and has missed what others did. */
export const joined = "joined";

/** Bytes before a body. */
const head = 5;

/** The largest channel name, in bytes. */
export const maxChannel = 1024;

function frame(kind: number, bodyLength: number): Buffer {
  const bytes = Buffer.allocUnsafe(head + bodyLength);
  bytes.writeUInt32BE(bodyLength, 0);
  bytes[4] = kind;
  return bytes;
}

/** A frame with a text. */
export function textFrame(kind: number, text = ""): Buffer {
  const bytes = frame(kind, Buffer.byteLength(text));
  bytes.write(text, head);
  return bytes;
}

/** A frame with a number and a text. */
export function numberedFrame(kind: number, number: number, text = ""): Buffer {
  const bytes = frame(kind, 4 + Buffer.byteLength(text));
  bytes.writeUInt32BE(number, head);
  bytes.write(text, head + 4);
  return bytes;
}

/** Reads the body of `numberedFrame`. */
export function readNumbered(body: Buffer): { number: number; text: string } {
  return { number: body.readUInt32BE(0), text: body.toString("utf8", 4) };
}

/** A payload for a channel. */
export function messageFrame(channel: string, payload: string): Buffer {
  const channelLength = Buffer.byteLength(channel);
  const bytes = frame(kinds.message, 2 + channelLength + Buffer.byteLength(payload));
  bytes.writeUInt16BE(channelLength, head);
  bytes.write(channel, head + 2);
  bytes.write(payload, head + 2 + channelLength);
  return bytes;
}

/** Reads the body of `messageFrame`. */
export function readMessage(body: Buffer): { channel: string; payload: string } {
  const end = 2 + body.readUInt16BE(0);
  return { channel: body.toString("utf8", 2, end), payload: body.toString("utf8", end) };
}

/** Divides a stream of bytes into frames. */
export class FrameReader {
  /** The largest body that is accepted. */
  maxBody: number;
  readonly #onFrame: (kind: number, body: Buffer) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that are needed before anything can be read. */
  #needed = head;

  constructor(maxBody: number, onFrame: (kind: number, body: Buffer) => void) {
    this.maxBody = maxBody;
    this.#onFrame = onFrame;
  }

  /** Takes bytes; calls back for each frame that is complete. Returns false for a frame that is too large. */
  push(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return true;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#length);
    let at = 0;
    this.#needed = head;
    while (bytes.length - at >= head) {
      const length = bytes.readUInt32BE(at);
      if (length > this.maxBody) return false;
      const end = at + head + length;
      if (end > bytes.length) {
        this.#needed = head + length;
        break;
      }
      this.#onFrame(bytes[at + 4]!, bytes.subarray(at + head, end));
      at = end;
    }
    // A copy, for a part would keep the whole.
    this.#chunks = at < bytes.length ? [at === 0 ? bytes : Buffer.from(bytes.subarray(at))] : [];
    this.#length = bytes.length - at;
    return true;
  }
}

/**
 * Messages and frames as they leave for clients. What a broadcast makes of them for one session
 * serves the next ones.
 *
 * @module
 */

import { encodeMessage, isPlain } from "./escape.ts";
import { messagesFrame } from "./frames.ts";
import { rememberLast } from "./remember_last.ts";
import { utf8Length } from "./utf8.ts";

/** Characters of the longest message whose frame is made for all sessions at once. */
const maxShared = 64 * 1024;

/** A frame, and the encoding that a transport asked for last. */
export class Frame {
  readonly text: string;
  #encode: ((frame: string) => string) | undefined;
  #encoded = "";

  constructor(text: string) {
    this.text = text;
  }

  /** The frame as a transport encodes it. */
  encoded(encode: (frame: string) => string): string {
    if (this.#encode !== encode) {
      this.#encode = encode;
      this.#encoded = encode(this.text);
    }
    return this.#encoded;
  }
}

function frameOf(message: Message): Frame {
  return new Frame(messagesFrame([message.text]));
}

/** All sessions of a broadcast ask for the frame of one message, one after the other. */
const sharedFrameOf = rememberLast(frameOf);

/** A message as it is sent. */
export class Message {
  readonly text: string;
  /** Bytes of the text on the wire. */
  readonly bytes: number;

  constructor(text: string, bytes: number) {
    this.text = text;
    this.bytes = bytes;
  }

  /** For a session with frames. */
  static encoded(message: string): Message {
    if (isPlain(message)) return new Message('"' + message + '"', message.length + 2);
    const text = encodeMessage(message);
    return new Message(text, utf8Length(text));
  }

  /** For a session without frames. */
  static raw(message: string): Message {
    return new Message(message, utf8Length(message));
  }

  /** A frame of this message alone. */
  get frame(): Frame {
    return this.text.length > maxShared ? frameOf(this) : sharedFrameOf(this);
  }
}

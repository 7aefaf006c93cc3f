/**
 * What leaves for clients. What is made of a broadcast, for one session, the next ones
 * use as well.
 *
 * @module
 */

import { encodeMessage, isPlain } from "./escape.ts";
import { messagesFrame } from "./frames.ts";
import { utf8Length } from "./utf8.ts";

/** Characters of the longest message whose frame is made for all sessions at once. */
const maxShared = 64 * 1024;

/** A frame, in whatever form a client's transport gives it. */
export class Frame {
  readonly text: string;
  #encode: ((frame: string) => string) | undefined;
  #formed = "";

  constructor(text: string) {
    this.text = text;
  }

  /** It in that form. */
  encoded(form: (frame: string) => string): string {
    if (this.#encode !== form) {
      this.#encode = form;
      this.#formed = form(this.text);
    }
    return this.#formed;
  }
}

/**
 * What was asked for last: a broadcast's is asked for by all sessions, one after the other.
 * It stays, so it has to be short.
 */
let lastMessage: Message | undefined;
let lastFrame = new Frame("");

/** A message, as it is sent. */
export class Message {
  readonly text: string;
  /** What that takes on the wire. */
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

  /** For a session without them. */
  static raw(message: string): Message {
    return new Message(message, utf8Length(message));
  }

  /** The frame that has no other message. */
  get frame(): Frame {
    if (this.text.length > maxShared) return new Frame(messagesFrame([this.text]));
    if (this !== lastMessage) {
      lastMessage = this;
      lastFrame = new Frame(messagesFrame([this.text]));
    }
    return lastFrame;
  }
}

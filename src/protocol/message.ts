/**
 * Messages and frames on their way to clients. The sessions that get the same message share one
 * encoding.
 *
 * @module
 */

import { encodeMessage, isPlain, isSafe } from "./escape.ts";
import { messagesFrame } from "./frames.ts";
import { rememberLast } from "./remember_last.ts";
import { utf8Length } from "./utf8.ts";

/** The longest message, in characters, whose frame is kept for other sessions. */
const maxShared = 64 * 1024;

/** A frame, which each transport encodes in its own way. */
export class Frame {
  readonly text: string;
  #encode: ((frame: string) => string) | undefined;
  #encoded = "";

  constructor(text: string) {
    this.text = text;
  }

  /** The encoded frame. The last encoding is kept, because the next session often needs it. */
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

/** All sessions that get a message ask for its frame, one after the other. */
const sharedFrameOf = rememberLast(frameOf);

function rawFrameOf(message: Message): Frame {
  return new Frame(message.text);
}

/** The same for raw websockets. */
const sharedRawFrameOf = rememberLast(rawFrameOf);

/** A message as it is sent. */
export class Message {
  readonly text: string;
  /** Bytes of the text on the wire. */
  readonly bytes: number;

  constructor(text: string, bytes: number) {
    this.text = text;
    this.bytes = bytes;
  }

  /** The JSON string of a message, for a session with frames. */
  static encoded(message: string): Message {
    if (isPlain(message)) return new Message('"' + message + '"', message.length + 2);
    const text = encodeMessage(message);
    return new Message(text, utf8Length(text));
  }

  /** The message as it is, for a raw websocket. */
  static raw(message: string): Message {
    return new Message(message, utf8Length(message));
  }

  /** A frame with this message alone. */
  get frame(): Frame {
    return this.text.length > maxShared ? frameOf(this) : sharedFrameOf(this);
  }

  /** The message as it is, as a frame of its own. */
  get rawFrame(): Frame {
    return this.text.length > maxShared ? rawFrameOf(this) : sharedRawFrameOf(this);
  }
}

/** The last messages that were sent together, and their frame: the next session often gets the same. */
let lastMessages: readonly Message[] = [];
let lastJoined: Frame | undefined;

/** One frame for several messages. */
export function joinedFrame(messages: readonly Message[]): Frame {
  if (lastJoined !== undefined && areSame(messages, lastMessages)) return lastJoined;
  const frame = new Frame(messagesFrame(messages.map(({ text }) => text)));
  if (frame.text.length <= maxShared) {
    lastMessages = messages;
    lastJoined = frame;
  }
  return frame;
}

function areSame(some: readonly Message[], others: readonly Message[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}

/** A message for many sessions. Each of its forms is encoded once, when it is first needed. */
export class SharedMessage {
  readonly text: string;
  #framed: Message | undefined;
  #raw: Message | undefined;

  constructor(text: string, framed?: Message) {
    this.text = text;
    this.#framed = framed;
  }

  /**
   * A message that another server has encoded. Its encoding is used again, for that costs more than
   * reading it. `undefined` if the text is not the JSON string of a message.
   */
  static received(json: string): SharedMessage | undefined {
    if (json.length < 2 || !json.startsWith('"') || !json.endsWith('"')) return undefined;
    if (isPlain(json, 1, json.length - 1)) {
      return new SharedMessage(json.slice(1, -1), new Message(json, json.length));
    }
    try {
      const text: unknown = JSON.parse(json);
      if (typeof text !== "string") return undefined;
      const framed = isSafe(json) ? new Message(json, utf8Length(json)) : undefined;
      return new SharedMessage(text, framed);
    } catch {
      return undefined;
    }
  }

  /** For sessions with frames. */
  get framed(): Message {
    return (this.#framed ??= Message.encoded(this.text));
  }

  /** For raw websockets. */
  get raw(): Message {
    return (this.#raw ??= Message.raw(this.text));
  }
}

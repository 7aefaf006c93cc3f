/**
 * Messages that no receiver has taken yet.
 *
 * @module
 */

import { Frame, type Message } from "./message.ts";
import { messagesFrame } from "./protocol/frames.ts";

/** What a message costs besides its bytes: empty ones must not be free. */
const messageOverhead = 32;

/** Most have nothing to hold, most of the time. */
const none: (Message | undefined)[] = [];

/** A queue of messages. */
export class Backlog {
  #messages = none;
  /** How many of them have been taken. */
  #taken = 0;
  /** What the others take on the wire. */
  bytes = 0;

  /** How many there are. */
  get length(): number {
    return this.#messages.length - this.#taken;
  }

  /** What they take here, for the limit that protects us. */
  get cost(): number {
    return this.bytes + this.length * messageOverhead;
  }

  add(message: Message): void {
    if (this.#messages === none) this.#messages = [message];
    else this.#messages.push(message);
    this.bytes += message.bytes;
  }

  /** Takes messages as one frame, which ends with the message that reaches so many bytes. */
  takeFrame(size: number): Frame {
    const first = this.take();
    if (this.length === 0) return first.frame;
    const texts = [first.text];
    const least = this.bytes + first.bytes - size;
    while (this.length > 0 && this.bytes > least) texts.push(this.take().text);
    return new Frame(messagesFrame(texts));
  }

  /** Takes the first message as it is. */
  takeRaw(): Frame {
    return new Frame(this.take().text);
  }

  /** Takes the first message. There must be one. */
  take(): Message {
    const message = this.#messages[this.#taken]!;
    this.#messages[this.#taken++] = undefined;
    this.bytes -= message.bytes;
    if (this.length === 0) this.clear();
    return message;
  }

  /** Throws all away. */
  clear(): void {
    this.#messages = none;
    this.#taken = this.bytes = 0;
  }
}

/**
 * Messages that no receiver has taken yet.
 *
 * @module
 */

import { messagesFrame } from "./protocol/frames.ts";
import { utf8Length } from "./protocol/utf8.ts";

/** What a message costs besides its bytes: empty ones must not be free. */
const messageOverhead = 32;

/** Most have nothing to hold, most of the time. */
const none: string[] = [];

/** A queue of messages, each encoded as it will be sent. */
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

  /** Adds one of so many bytes. */
  add(message: string, bytes: number): void {
    if (this.#messages === none) this.#messages = [message];
    else this.#messages.push(message);
    this.bytes += bytes;
  }

  /** Takes messages as one frame, which ends with the message that reaches so many bytes. */
  takeFrame(size: number): string {
    if (this.#taken === 0 && this.bytes <= size) {
      const frame = messagesFrame(this.#messages);
      this.clear();
      return frame;
    }
    const messages: string[] = [];
    const least = this.bytes - size;
    do messages.push(this.take()); while (this.length > 0 && this.bytes > least);
    return messagesFrame(messages);
  }

  /** Takes the first message. There must be one. */
  take(): string {
    const message = this.#messages[this.#taken]!;
    this.#messages[this.#taken++] = "";
    this.bytes -= utf8Length(message);
    if (this.length === 0) this.clear();
    return message;
  }

  /** Throws all away. */
  clear(): void {
    this.#messages = none;
    this.#taken = this.bytes = 0;
  }
}

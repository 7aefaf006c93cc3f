/**
 * Messages that no receiver has taken yet.
 *
 * @module
 */

import { messagesFrame } from "./protocol/frames.ts";
import { utf8Length } from "./protocol/utf8.ts";

/** What a message costs besides its bytes: empty ones must not be free. */
const messageOverhead = 32;

/** Whoever takes messages without frames. */
export interface MessageReceiver {
  readonly bufferedAmount: number;
  send(message: string): unknown;
}

/** A queue of messages, each encoded as it will be sent. */
export class Backlog {
  #messages: string[] = [];
  /** What they take on the wire. */
  bytes = 0;

  /** How many there are. */
  get length(): number {
    return this.#messages.length;
  }

  /** What they take here, for the limit that protects us. */
  get cost(): number {
    return this.bytes + this.#messages.length * messageOverhead;
  }

  /** Adds one of so many bytes. */
  add(message: string, bytes: number): void {
    this.#messages.push(message);
    this.bytes += bytes;
  }

  /** Takes all, as one frame. */
  takeFrame(): string {
    const frame = messagesFrame(this.#messages);
    this.clear();
    return frame;
  }

  /**
   * Takes messages and sends them one by one, until more than so many bytes wait
   * in the receiver. It may break at each, which clears the rest.
   */
  sendTo(receiver: MessageReceiver, highWaterMark: number): void {
    let sent = 0;
    while (sent < this.#messages.length && receiver.bufferedAmount <= highWaterMark) {
      receiver.send(this.#messages[sent++]!);
    }
    this.#messages = this.#messages.slice(sent);
    this.bytes = 0;
    for (const message of this.#messages) this.bytes += utf8Length(message);
  }

  /** Throws all away. */
  clear(): void {
    this.#messages = [];
    this.bytes = 0;
  }
}

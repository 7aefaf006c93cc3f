/**
 * Messages that no receiver has taken yet.
 *
 * @module
 */

import { messagesFrame } from "./protocol/frames.ts";
import { utf8Length } from "./protocol/utf8.ts";

/** What a message costs besides its bytes: empty ones must not be free. */
const messageOverhead = 32;

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

  /** Takes messages one by one, for as long as that is wanted; sending one may clear the rest. */
  takeWhile(wanted: () => boolean, send: (message: string) => void): void {
    let taken = 0;
    while (taken < this.#messages.length && wanted()) send(this.#messages[taken++]!);
    this.#messages = this.#messages.slice(taken);
    this.bytes = 0;
    for (const message of this.#messages) this.bytes += utf8Length(message);
  }

  /** Throws all away. */
  clear(): void {
    this.#messages = [];
    this.bytes = 0;
  }
}

/**
 * Messages that no receiver has taken yet.
 *
 * @module
 */

import { type Frame, joinedFrame, Message } from "../protocol/message.ts";
import { Queue } from "./queue.ts";

/** What a message costs besides its bytes: empty ones must not be free. */
const messageOverhead = 32;
/** The same where short messages cannot be joined, and most are short. */
const loneOverhead = 128;

/** What a message costs at most without others, in whatever session. */
export function maxCostOf(message: Message): number {
  return message.bytes + loneOverhead;
}

/** Bytes below which a message is short, and bytes of short messages that are joined into one. */
const short = 1024;
const joined = 4096;

/**
 * A queue of messages. In frames, short ones that wait are joined: apart, a message of 16 bytes
 * takes 160 to 180.
 */
export class SendQueue extends Queue<Message> {
  readonly #joins: boolean;
  /** How many short messages at the end of the queue are not joined yet, and their bytes. */
  #loose = 0;
  #looseBytes = 0;
  /** What all of them take on the wire. */
  bytes = 0;

  /** @param joins Whether they may be joined: not where each is a message by itself. */
  constructor(joins: boolean) {
    super();
    this.#joins = joins;
  }

  /** What they cost in memory, for the limit `maxBufferedBytes`. */
  get cost(): number {
    return this.bytes + this.length * this.#overhead;
  }

  /** What a message would cost without others. */
  costOf(message: Message): number {
    return message.bytes + this.#overhead;
  }

  get #overhead(): number {
    return this.#joins ? messageOverhead : loneOverhead;
  }

  override add(message: Message): void {
    super.add(message);
    this.bytes += message.bytes;
    if (!this.#joins) return;
    if (message.bytes >= short) this.#loose = this.#looseBytes = 0;
    else {
      this.#loose++;
      this.#looseBytes += message.bytes;
      if (this.#looseBytes >= joined) this.#join();
    }
  }

  #join(): void {
    // Some may have been taken.
    this.joinLast(Math.min(this.#loose, this.length), (messages) => {
      const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
      return new Message(messages.map(({ text }) => text).join(","), bytes);
    });
    this.#loose = this.#looseBytes = 0;
  }

  /** Takes messages as one frame, which ends with the message that reaches so many bytes. */
  takeFrame(size: number): Frame {
    const first = this.take()!;
    if (this.length === 0) return first.frame;
    const messages = [first];
    const least = this.bytes + first.bytes - size;
    while (this.length > 0 && this.bytes > least) messages.push(this.take()!);
    return joinedFrame(messages);
  }

  /** Takes the first message as it is. There must be one. */
  takeRaw(): Frame {
    return this.take()!.rawFrame;
  }

  override take(): Message | undefined {
    const message = super.take();
    if (message !== undefined) this.bytes -= message.bytes;
    if (this.length === 0) this.#loose = this.#looseBytes = 0;
    return message;
  }

  override clear(): void {
    super.clear();
    this.bytes = this.#loose = this.#looseBytes = 0;
  }
}

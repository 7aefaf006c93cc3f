/**
 * Messages that no receiver has taken yet.
 *
 * @module
 */

import { Frame, type Message } from "./message.ts";
import { messagesFrame } from "./protocol/frames.ts";
import { Queue } from "./queue.ts";

/** What a message costs besides its bytes: empty ones must not be free. */
const messageOverhead = 32;

/** A queue of messages. */
export class Backlog extends Queue<Message> {
  /** What they take on the wire. */
  bytes = 0;

  /** What they take here, for the limit that protects us. */
  get cost(): number {
    return this.bytes + this.length * messageOverhead;
  }

  override add(message: Message): void {
    super.add(message);
    this.bytes += message.bytes;
  }

  /** Takes messages as one frame, which ends with the message that reaches so many bytes. */
  takeFrame(size: number): Frame {
    const first = this.take()!;
    if (this.length === 0) return first.frame;
    const texts = [first.text];
    const least = this.bytes + first.bytes - size;
    while (this.length > 0 && this.bytes > least) texts.push(this.take()!.text);
    return new Frame(messagesFrame(texts));
  }

  /** Takes the first message as it is. There must be one. */
  takeRaw(): Frame {
    return new Frame(this.take()!.text);
  }

  override take(): Message | undefined {
    const message = super.take();
    if (message !== undefined) this.bytes -= message.bytes;
    return message;
  }

  override clear(): void {
    super.clear();
    this.bytes = 0;
  }
}

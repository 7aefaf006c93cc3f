/**
 * The ledger of a session: what it sent and received, to compare with what it should have
 * received.
 *
 * @module
 */

import { bye, echoed, messageOf, numberOf, pushed, type Random, randomLength } from "./messages.ts";
import { Sequence } from "./sequence.ts";
import type { Ended } from "./service.ts";
import type { Tally } from "./tally.ts";

/** The accounts of one session. */
export class Ledger {
  /** Settles when the server has answered `bye` or `close`: then all must have come. */
  readonly saidBye: Promise<void>;
  readonly #tally: Tally;
  readonly #echoes = new Sequence();
  readonly #pushes = new Sequence();
  /** What was sent and has not come back. */
  readonly #pending = new Map<number, string>();
  #sent = 0;
  /** The last message that the server has taken for certain. */
  #accepted = 0;
  #altered = 0;
  #bye: { received: number; pushed: number } | undefined;
  readonly #byeCame = Promise.withResolvers<void>();

  constructor(tally: Tally) {
    this.#tally = tally;
    this.saidBye = this.#byeCame.promise;
  }

  /** Whether that response has come. */
  get receivedBye(): boolean {
    return this.#bye !== undefined;
  }

  /** The number of the last message that was sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Something new to say. */
  next(random: Random): string {
    const message = messageOf(echoed, ++this.#sent, randomLength(random));
    this.#pending.set(this.#sent, message);
    this.#tally.sent++;
    return message;
  }

  /** Notes that the server has taken all messages up to one. */
  accepted(last: number): void {
    this.#accepted = Math.max(this.#accepted, last);
  }

  /** Notes what the server sent. */
  received(text: string): void {
    if (text.startsWith(bye)) {
      const [, received, pushed] = text.split(" ");
      this.#bye = { received: Number(received), pushed: Number(pushed) };
      this.#byeCame.resolve();
      return;
    }
    const number = numberOf(text);
    if (text.startsWith(echoed)) {
      this.#tally.echoes++;
      this.#echoes.take(number);
      this.accepted(number);
      if (text !== (this.#pending.get(number) ?? text)) this.#altered++;
      this.#pending.delete(number);
    } else {
      this.#tally.pushes++;
      this.#pushes.take(number);
      if (text !== messageOf(pushed, number, text.length - `${pushed}${number} `.length)) {
        this.#altered++;
      }
    }
  }

  /**
   * Adds up when the session is over. What was in flight when it was cut is not lost.
   *
   * @param ended what the server counted, if it said so
   */
  close(ended: Ended | undefined): void {
    const tally = this.#tally;
    const sequences = [this.#echoes, this.#pushes, ...(ended === undefined ? [] : [ended])];
    let lost = 0;
    for (const sequence of sequences) {
      lost += sequence.lost;
      tally.repeated += sequence.repeated;
      tally.late += sequence.late;
    }
    if (this.#bye !== undefined) {
      lost += this.#sent - this.#bye.received;
      lost += this.#sent - this.#echoes.last;
      lost += this.#bye.pushed - this.#pushes.last;
    } else if (ended !== undefined) {
      lost += Math.max(0, this.#accepted - ended.received);
    }
    tally.lost += lost;
    tally.altered += this.#altered;
  }
}

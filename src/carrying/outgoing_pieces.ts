/**
 * What a server sends over a link: the pieces that have not been acknowledged.
 *
 * @module
 */

import { headSize, maxPieces, type Piece, pieceSize } from "./packets.ts";

/** Characters that may be under way. The others wait. */
const window = 1024 * 1024;
/** What a piece counts beside its characters, so that many empty ones count as well. */
const pieceCost = 64;
/** The least places of acknowledged pieces for which the others are copied. */
const minCopied = 64;

/** Milliseconds without progress until pieces are sent again, at first and at most. */
const resendDelay = 300;
const maxResendDelay = 2000;

/** Numbered pieces: those that have been sent, and then those that wait. */
export class OutgoingPieces {
  /** Bytes of a packet for its pieces. */
  readonly #room: number;
  /** The longest piece, in characters; none takes more than three bytes. */
  readonly #longest: number;
  #pieces: (Piece | undefined)[] = [];
  /** How many pieces at the start of the list have been acknowledged. */
  #head = 0;
  /** The number of the oldest piece. */
  #oldest = 1;
  /** The number of the piece that is sent next. */
  #next = 1;
  #last = 0;
  /** What the pieces from the oldest to the next count. */
  #underWay = 0;
  /** When the last progress was, by `performance.now()`, and when pieces were sent again. */
  #progressAt = 0;
  #resentAt = 0;
  #resendDelay = resendDelay;
  /** Whether the oldest were sent again, so that those behind them may be missing as well. */
  #isRepeating = false;

  /** @param maxPayload Bytes of the largest payload. */
  constructor(maxPayload: number) {
    this.#room = maxPayload - headSize;
    this.#longest = Math.floor((this.#room - pieceSize) / 3);
  }

  /** The number of the piece that is sent next. */
  get next(): number {
    return this.#next;
  }

  /** The number of the oldest piece. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The number of the last piece that was ever sent. */
  get last(): number {
    return this.#last;
  }

  /** How many have not been acknowledged. */
  get count(): number {
    return this.#pieces.length - this.#head;
  }

  /** Whether everything has been acknowledged. */
  get isEmpty(): boolean {
    return this.#head === this.#pieces.length;
  }

  /** Whether pieces have been sent that were not acknowledged. */
  get isUnderWay(): boolean {
    return this.#last >= this.#oldest;
  }

  /** When pieces are to be sent again. */
  get resendAt(): number {
    return this.isUnderWay ? this.#resentAt + this.#resendDelay : Infinity;
  }

  /** When the last progress was, if pieces are under way. */
  get progressAt(): number {
    return this.isUnderWay ? this.#progressAt : Infinity;
  }

  /** Cuts a message into pieces, and appends them. */
  add(message: string): void {
    let start = 0;
    while (message.length - start > this.#longest) {
      let end = start + this.#longest;
      // A surrogate pair stays together.
      if (isHighSurrogate(message.charCodeAt(end - 1))) end--;
      this.#pieces.push({ text: message.slice(start, end), isPart: true });
      start = end;
    }
    this.#pieces.push({ text: start === 0 ? message : message.slice(start), isPart: false });
  }

  /** The pieces for the next packet, which count as sent; none if they have to wait. */
  take(): Piece[] {
    const pieces = this.#from(this.#next, this.#underWay);
    if (pieces.length > 0 && !this.isUnderWay) this.progressed(performance.now());
    for (const piece of pieces) this.#underWay += costOf(piece);
    this.#next += pieces.length;
    this.#last = Math.max(this.#last, this.#next - 1);
    return pieces;
  }

  /** The pieces for a packet that was sent before and may be lost. */
  takeOldest(now: number): Piece[] {
    this.#resentAt = now;
    this.#resendDelay = Math.min(2 * this.#resendDelay, maxResendDelay);
    this.#isRepeating = true;
    return this.#from(this.#oldest, 0, this.#last + 1);
  }

  /** All that is under way is to be sent again. */
  rewind(now: number): void {
    this.#resentAt = now;
    this.#next = this.#oldest;
    this.#underWay = 0;
    this.#isRepeating = false;
  }

  /** Delays count from now. */
  progressed(now: number): void {
    this.#progressAt = this.#resentAt = now;
    this.#resendDelay = resendDelay;
  }

  /** All pieces up to a number have arrived. */
  acknowledge(number: number, now: number): void {
    if (number < this.#oldest || number > this.#last) return;
    for (; this.#oldest <= number; this.#oldest++) {
      if (this.#oldest < this.#next) this.#underWay -= costOf(this.#pieces[this.#head]!);
      this.#pieces[this.#head++] = undefined;
    }
    this.#next = Math.max(this.#next, this.#oldest);
    // No more pieces are copied than were acknowledged since the last time.
    if (this.isEmpty || (this.#head >= minCopied && this.#head * 2 >= this.#pieces.length)) {
      this.#pieces = this.#pieces.slice(this.#head);
      this.#head = 0;
    }
    this.progressed(now);
    if (this.#isRepeating) this.rewind(now);
  }

  /** Drops everything. Numbers begin anew. */
  clear(): void {
    this.#pieces = [];
    this.#head = this.#underWay = this.#last = 0;
    this.#oldest = this.#next = 1;
    this.#isRepeating = false;
  }

  /** The pieces from a number on that fit into a packet and into the window. */
  #from(number: number, underWay: number, end = Infinity): Piece[] {
    const pieces: Piece[] = [];
    let room = this.#room;
    for (let at = this.#head + number - this.#oldest; at < this.#pieces.length; at++) {
      const piece = this.#pieces[at]!;
      room -= pieceSize + 3 * piece.text.length;
      const isFull = room < 0 || pieces.length === maxPieces || number + pieces.length >= end;
      if (isFull || (underWay > 0 && underWay + costOf(piece) > window)) break;
      underWay += costOf(piece);
      pieces.push(piece);
    }
    return pieces;
  }
}

function costOf({ text }: Piece): number {
  return text.length + pieceCost;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

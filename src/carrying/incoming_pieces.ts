/**
 * What a server receives over a link: pieces in order, put together to messages.
 *
 * @module
 */

import type { Piece } from "./packets.ts";

/** Counts pieces, and keeps the parts of a message until it is whole. */
export class IncomingPieces {
  readonly #maxMessage: number;
  #last = 0;
  #parts: string[] = [];
  /** Characters of the parts. */
  #length = 0;

  /** @param maxMessage Characters of the longest message. */
  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /** The number of the last piece. */
  get last(): number {
    return this.#last;
  }

  /** Whether a message has begun that goes on. */
  get hasParts(): boolean {
    return this.#parts.length > 0;
  }

  /** How many characters of it have come. */
  get length(): number {
    return this.#length;
  }

  /** Whether a piece would make its message too long. */
  isTooMuch(piece: Piece): boolean {
    return this.#length + piece.text.length > this.#maxMessage;
  }

  /** Takes the next piece. Returns the message that ends with it. */
  take({ text, isPart }: Piece): string | undefined {
    this.#last++;
    if (!isPart && this.#length === 0) return text;
    this.#parts.push(text);
    this.#length += text.length;
    if (isPart) return undefined;
    const message = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    return message;
  }

  /** Drops everything. Numbers begin anew. */
  clear(): void {
    this.#last = this.#length = 0;
    this.#parts = [];
  }
}

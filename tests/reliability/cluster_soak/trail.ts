/**
 * What a visit has done lately: to judge what it is told, and for whoever looks for the cause of a
 * fault.
 *
 * @module
 */

import type { Member } from "./members.ts";

/** How many notes a fault comes with. */
const shown = 20;

/** Milliseconds in which a member tells others that it has ended a request. */
const moment = 500;

/** A request, by `performance.now()`. */
interface Asked {
  readonly member: Member;
  readonly from: number;
  to: number;
}

/** Requests and notes, in order. */
export class Trail {
  readonly #begunAt = performance.now();
  #notes: string[] = [];
  #asked: Asked[] = [];
  #count = 0;

  /** Milliseconds since it began. */
  get age(): number {
    return Math.round(performance.now() - this.#begunAt);
  }

  /** Adds a note. */
  note(what: string): void {
    this.#notes.push(`${(this.age / 1000).toFixed(2)} ${what}`);
    if (this.#notes.length > 2 * shown) this.#notes = this.#notes.slice(-shown);
  }

  /** A request begins; the function is to be called at its end. */
  asked(member: Member): (how: string) => void {
    const number = ++this.#count;
    const asked: Asked = { member, from: performance.now(), to: Infinity };
    this.#asked.push(asked);
    this.note(`${number} to ${member.name}`);
    return (how) => {
      asked.to = performance.now();
      this.note(`${number} ${how}`);
      if (this.#asked.length > 200) this.#asked = this.#asked.slice(-100);
    };
  }

  /** Whether a request was at a member in trouble, not before some time. */
  wasTroubled(since: number): boolean {
    return this.#asked.some(({ member, from, to }) =>
      to >= since && member.wasTroubled(Math.max(from, since), to + moment)
    );
  }

  /** The last notes. */
  toString(): string {
    return this.#notes.slice(-shown).join(", ");
  }
}

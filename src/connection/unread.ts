/**
 * The messages of a connection that the application has not taken yet.
 *
 * @module
 */

import { Queue } from "../session/queue.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** What a message costs besides its UTF-16 code units: empty ones must not be free. */
const messageOverhead = 64;

/**
 * A list of this many messages or more is taken over several turns of the event loop, this many
 * in each: one payload can hold hundreds of thousands, and other connections need their turn.
 */
export const longList = 1000;

/** A portion also ends after so many milliseconds, for one message may be written to many clients. */
const longTime = 10;
/** After how many messages to look at the clock. */
const perLook = 8;

/** Whether a portion of a long list ends after so many messages; it began then. */
export function endsPortion(taken: number, began: number): boolean {
  return taken >= longList || taken % perLook === 0 && performance.now() - began >= longTime;
}

const noList: readonly string[] = [];

/** Lists of messages, in the order in which they came. */
export class Unread {
  readonly #lists = new Queue<readonly string[]>();
  /** The list that messages are taken from, and the index of the next message. */
  #list = noList;
  #next = 0;
  /** What the rest of it costs, if it is a long list. */
  #longCost = 0;
  /** What all unread messages cost. */
  cost = 0;
  /** How many messages of a long list were taken since the last rest. */
  #taken = 0;
  /** When the first of them was taken. */
  #began = 0;
  #resting = false;
  readonly #rested: () => void;
  readonly #failed: (error: unknown) => void;

  /**
   * @param rested is called after a rest.
   * @param failed is called with the error if `rested` throws.
   */
  constructor(rested: () => void, failed: (error: unknown) => void) {
    this.#rested = rested;
    this.#failed = failed;
  }

  /** Whether nothing is unread. */
  get isEmpty(): boolean {
    return this.#next === this.#list.length && this.#lists.length === 0;
  }

  /** Whether the rest waits for the next turn. */
  get isResting(): boolean {
    return this.#resting;
  }

  /** Whether a long list is being taken. */
  get isLong(): boolean {
    return this.#resting || this.#list.length >= longList;
  }

  /** The cost of all but a long list that is being taken. */
  get costBehind(): number {
    return this.cost - this.#longCost;
  }

  /** Adds the messages of a list from the given one on; those before it were taken at once. */
  add(list: readonly string[], from: number): void {
    for (let i = from; i < list.length; i++) this.cost += costOf(list[i]!);
    if (this.isEmpty) this.#begin(list, from);
    else this.#lists.add(from === 0 ? list : list.slice(from));
    if (from > 0 && list.length >= longList) this.#rest();
  }

  /** The next message; none while it rests. */
  take(): string | undefined {
    if (this.#resting) return undefined;
    if (this.#next === this.#list.length) {
      const list = this.#lists.take();
      if (list === undefined) return undefined;
      this.#begin(list, 0);
    }
    const message = this.#list[this.#next++]!;
    const cost = costOf(message);
    this.cost -= cost;
    if (this.#list.length >= longList) {
      this.#longCost -= cost;
      if (this.#taken++ === 0) this.#began = performance.now();
      else if (endsPortion(this.#taken, this.#began)) this.#rest();
    }
    if (this.#next === this.#list.length) this.#end();
    return message;
  }

  /** Drops the rest of a long list. */
  dropLong(): void {
    if (this.#list.length < longList) return;
    this.cost -= this.#longCost;
    this.#end();
  }

  /** Drops all messages. */
  clear(): void {
    this.#lists.clear();
    this.#end();
    this.cost = 0;
  }

  #begin(list: readonly string[], from: number): void {
    this.#list = list;
    this.#next = from;
    this.#taken = 0;
    this.#longCost = 0;
    if (list.length < longList) return;
    for (let i = from; i < list.length; i++) this.#longCost += costOf(list[i]!);
  }

  #end(): void {
    this.#list = noList;
    this.#next = this.#longCost = 0;
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    inNextTurn(() => {
      this.#resting = false;
      this.#taken = 0;
      this.#rested();
    }, this.#failed);
  }
}

function costOf(message: string): number {
  return message.length + messageOverhead;
}

/**
 * A first-in, first-out queue. Its cost does not depend on its length.
 *
 * @module
 */

/** Most queues are empty, most of the time. */
const empty: never[] = [];

/** The least places of taken items for which the others are copied. */
const minCopied = 32;

/** Items in the order in which they came. */
export class Queue<Item> {
  #items: (Item | undefined)[] = empty;
  /** How many of them have been taken. */
  #head = 0;

  /** How many there are. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The item that is taken next. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  add(item: Item): void {
    if (this.#items === empty) this.#items = [item];
    else this.#items.push(item);
  }

  /** Puts one item in the place of the last `count`. There must be as many. */
  joinLast(count: number, join: (last: Item[]) => Item): void {
    const last = this.#items.splice(this.#items.length - count, count);
    this.#items.push(join(last as Item[]));
  }

  take(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.length === 0) this.#reset();
    // A queue that is never empty must not keep the places of all that it ever had. No more
    // items are copied than were taken since the last time.
    else if (this.#head >= minCopied && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Drops all items. */
  clear(): void {
    this.#reset();
  }

  #reset(): void {
    this.#items = empty;
    this.#head = 0;
  }
}

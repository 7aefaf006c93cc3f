/**
 * Topics that wait for their turn.
 *
 * @module
 */

/** A topic as the key of a map (`keyOf`); `undefined` stands for broadcasts. */
export type Topic = string | undefined;

/** Topics in the order in which they came, each once. */
export class TopicQueue {
  readonly #topics = new Set<Topic>();
  /**
   * It sees what comes later. A new one for each call would have to pass the holes that engines leave
   * where the first elements of a set were.
   */
  readonly #iterator = this.#topics.values();

  get size(): number {
    return this.#topics.size;
  }

  add(topic: Topic): void {
    this.#topics.add(topic);
  }

  /** Returns whether it was there. */
  delete(topic: Topic): boolean {
    return this.#topics.delete(topic);
  }

  clear(): void {
    this.#topics.clear();
  }

  /** Removes the first one. There has to be one. */
  take(): Topic {
    const { value } = this.#iterator.next();
    this.#topics.delete(value);
    return value;
  }
}

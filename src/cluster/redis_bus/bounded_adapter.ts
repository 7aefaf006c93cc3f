/**
 * A client that is given no more commands than it may keep.
 *
 * @module
 */

import type { RedisAdapter } from "./redis_adapter.ts";

/** What commands without an answer may take, in characters, and what each takes beside its texts. */
const maxUnanswered = 64 * 1024 * 1024;
const commandCost = 512;

/**
 * Clients keep commands for as long as Redis does not answer, also those that nobody waits for any
 * more. An engine that keeps its connection but answers nothing would fill the memory.
 */
export class BoundedAdapter implements RedisAdapter {
  readonly #adapter: RedisAdapter;
  /** What commands take that have no answer, whether they have been given up or not. */
  #unanswered = 0;

  constructor(adapter: RedisAdapter) {
    this.#adapter = adapter;
  }

  get isReady(): boolean {
    return this.#adapter.isReady;
  }

  connect(): void {
    this.#adapter.connect();
  }

  command(name: string, args: string[]): Promise<unknown> {
    return this.#bounded(args, () => this.#adapter.command(name, args));
  }

  subscribe(channels: string[]): Promise<unknown> {
    return this.#bounded(channels, () => this.#adapter.subscribe(channels));
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#bounded([channel], () => this.#adapter.unsubscribe(channel));
  }

  release(): void {
    this.#adapter.release();
  }

  #bounded(texts: readonly string[], send: () => Promise<unknown>): Promise<unknown> {
    let cost = commandCost;
    for (const { length } of texts) cost += length;
    if (this.#unanswered + cost > maxUnanswered) {
      return Promise.reject(new Error("Redis has not answered too many commands"));
    }
    const answer = send();
    this.#unanswered += cost;
    const answered = () => {
      this.#unanswered -= cost;
    };
    answer.then(answered, answered);
    return answer;
  }
}

/**
 * Tests that mostly wait, several at a time.
 *
 * @module
 */

/** Tasks that are tests one after another, and run side by side. */
export class SideBySide {
  /** Starts a task, unless it has been started. */
  readonly #starts: (() => void)[] = [];
  readonly #most: number;
  readonly #running = new Set<Promise<unknown>>();

  /** @param most How many run at a time. */
  constructor(most = 12) {
    this.#most = most;
  }

  /** Adds a task. The result is the test: the first to run starts them all. */
  add(task: () => Promise<void>): () => Promise<void> {
    let settled: Promise<PromiseSettledResult<void>[]> | undefined;
    const start = () => settled ??= this.#run(task);
    this.#starts.push(start);
    return async () => {
      const own = start();
      this.#startMore();
      const [result] = await own;
      if (result?.status === "rejected") throw result.reason;
    };
  }

  /** Starts no more of them: with a filter, some may not have been asked for. Waits for the others. */
  async end(): Promise<void> {
    this.#starts.length = 0;
    await Promise.all(this.#running);
  }

  async #run(task: () => Promise<void>): Promise<PromiseSettledResult<void>[]> {
    const settling = Promise.allSettled([task()]);
    this.#running.add(settling);
    const settled = await settling;
    this.#running.delete(settling);
    this.#startMore();
    return settled;
  }

  #startMore(): void {
    while (this.#running.size < this.#most && this.#starts.length > 0) this.#starts.shift()?.();
  }
}

/**
 * Tests that mostly wait, several at a time.
 *
 * @module
 */

/** How many run at a time. */
const most = 12;

/** Tasks that are tests one after another, and run side by side. */
export class SideBySide {
  /** Starts a task, unless it has been started. */
  readonly #starts: (() => void)[] = [];
  #running = 0;

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

  /** Starts no more of them: with a filter, some may not have been asked for. */
  end(): void {
    this.#starts.length = 0;
  }

  async #run(task: () => Promise<void>): Promise<PromiseSettledResult<void>[]> {
    this.#running++;
    const settled = await Promise.allSettled([task()]);
    this.#running--;
    this.#startMore();
    return settled;
  }

  #startMore(): void {
    while (this.#running < most && this.#starts.length > 0) this.#starts.shift()?.();
  }
}

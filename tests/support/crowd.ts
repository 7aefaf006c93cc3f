/**
 * Many clients, not all at the same time.
 *
 * @module
 */

/** Runs the task so many times, with as many of them at once as a small machine takes. */
export async function inParallel(
  count: number,
  task: (at: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: 40 }, worker));
}

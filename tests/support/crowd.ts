/**
 * Many clients, not all at the same time.
 *
 * @module
 */

/** Each runtime's own server, where floods come in full. */
const inFull: ReadonlySet<string> = new Set(["deno", "bun", "node24"]);

/** How many make a flood on a host or a runtime: a tenth where another host shows the same. */
export function floodOf(count: number, host: string): number {
  return inFull.has(host) ? count : Math.ceil(count / 10);
}

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

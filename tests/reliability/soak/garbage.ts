/**
 * Makes the runtime collect its garbage now.
 *
 * @module
 */

/** What is used of Bun. */
interface BunCollects {
  gc(synchronously: boolean): void;
}

/** Collects what nothing holds, and gives finalizers the turns that they need. */
export async function collectGarbage(): Promise<void> {
  const collect = await collector();
  for (let round = 0; round < 5; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function collector(): Promise<() => void> {
  const { Bun } = globalThis as unknown as { Bun?: BunCollects };
  if (Bun !== undefined) return () => Bun.gc(true);
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

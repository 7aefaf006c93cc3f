/**
 * Checks whether other programs use the CPU.
 *
 * @module
 */

/** What other programs may take of a core while something is measured. */
export const quietEnough = 0.1;

/** How long they have to be quiet before, in ms. */
const interval = 500;

/**
 * Waits until other programs are quiet, however long that takes.
 *
 * @param onWait called once if they are not
 */
export async function quiet(onWait: () => void): Promise<void> {
  for (let before = await working(), waits = false;; waits = true) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, interval));
    const now = await working();
    if (now - before < quietEnough * (performance.now() - start) / 1000) return;
    if (!waits) onWait();
    before = now;
  }
}

/** CPU seconds that all programs have taken, of which a second has a hundred ticks. */
async function working(): Promise<number> {
  const [line = ""] = (await Deno.readTextFile("/proc/stat")).split("\n");
  const [user = 0, nice = 0, system = 0, _idle, _wait, irq = 0, softIrq = 0, steal = 0] = line
    .split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softIrq + steal) / 100;
}

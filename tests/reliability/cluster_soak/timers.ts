/**
 * Counts the timers of this process that have yet to fire. Import it before all that sets timers.
 *
 * @module
 */

const waiting = new Set<unknown>();
const { setTimeout: set, setInterval: repeat, clearTimeout: clear, clearInterval: end } =
  globalThis;

/** How many there are. */
export function timerCount(): number {
  return waiting.size;
}

Object.assign(globalThis, {
  setTimeout: Object.assign((run: (...args: unknown[]) => void, ...rest: unknown[]) => {
    const [delay, ...args] = rest as [number | undefined, ...unknown[]];
    const timer = set(() => {
      waiting.delete(timer);
      run(...args);
    }, delay);
    waiting.add(timer);
    return timer;
  }, set),
  setInterval: Object.assign((run: () => void, delay?: number, ...args: []) => {
    const timer = repeat(run, delay, ...args);
    waiting.add(timer);
    return timer;
  }, repeat),
  clearTimeout(timer: Parameters<typeof clear>[0]): void {
    waiting.delete(timer);
    clear(timer);
  },
  clearInterval(timer: Parameters<typeof end>[0]): void {
    waiting.delete(timer);
    end(timer);
  },
});

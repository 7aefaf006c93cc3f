/**
 * Timers that keep no process from its end.
 *
 * @module
 */

/** A timer. */
export type Timer = ReturnType<typeof setTimeout>;

/** Calls back after a delay, if the process still runs then. */
export function unheldTimer(run: () => void, delay: number): Timer {
  const timer: Timer = setTimeout(run, delay);
  const held: { unref?(): void } | number = timer;
  if (typeof held === "object") held.unref?.();
  return timer;
}

/**
 * Timers that keep no process from its end.
 *
 * @module
 */

/** A timer. */
export type Timer = ReturnType<typeof setTimeout>;

/** Calls back after a delay, if the process still runs then. */
export function unheldTimer(run: () => void, delay: number): Timer {
  return unheld(setTimeout(run, delay));
}

/** Makes a timer keep no process from its end. */
export function unheld(timer: Timer): Timer {
  const held: { unref?(): void } | number = timer;
  if (typeof held === "object") held.unref?.();
  return timer;
}

/**
 * What is written in one turn leaves together.
 *
 * @module
 */

import { immediate } from "./turns.ts";

/** Something with output to hand on. */
export interface Flushable {
  flush(): void;
}

/** Flushes after whatever runs now: a microtask later. */
export const flushSoon: (flushable: Flushable) => void = flushing(queueMicrotask);

/** Flushes after all that has arrived by now: at the end of the event loop's turn. */
export const flushAfterArrivals: (flushable: Flushable) => void = flushing(immediate);

/** One callback serves them all. */
function flushing(schedule: (callback: () => void) => unknown): (flushable: Flushable) => void {
  const waiting: Flushable[] = [];
  const flushAll = () => {
    let done = 0;
    try {
      // Listeners may write to others meanwhile, which join the list.
      while (done < waiting.length) waiting[done++]!.flush();
    } finally {
      if (done === waiting.length) waiting.length = 0;
      else {
        waiting.splice(0, done);
        schedule(flushAll);
      }
    }
  };
  return (flushable) => {
    if (waiting.push(flushable) === 1) schedule(flushAll);
  };
}

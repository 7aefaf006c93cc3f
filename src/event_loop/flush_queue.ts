/**
 * What is written in one turn leaves together.
 *
 * @module
 */

import { type FailureHandler, guarded } from "./guard.ts";
import { immediate } from "./turns.ts";

/** Something with output to hand on. */
export interface Flushable extends FailureHandler {
  flush(): void;
}

/** Flushes after whatever runs now: a microtask later. */
export const flushSoon: (flushable: Flushable) => void = flushing(queueMicrotask);

/** Flushes after all that has arrived by now: at the end of the event loop's turn. */
export const flushAtEndOfTurn: (flushable: Flushable) => void = flushing(immediate);

/** One callback serves them all. */
function flushing(schedule: (callback: () => void) => unknown): (flushable: Flushable) => void {
  const waiting: Flushable[] = [];
  const flushAll = () => {
    // Listeners may write to others meanwhile, which join the list.
    for (let at = 0; at < waiting.length; at++) {
      const flushable = waiting[at]!;
      guarded(flushable, flushable.flush, undefined);
    }
    waiting.length = 0;
  };
  return (flushable) => {
    if (waiting.push(flushable) === 1) schedule(flushAll);
  };
}

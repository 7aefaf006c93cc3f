/**
 * Defers the flushing of output, so that everything that one piece of running code writes is sent
 * together.
 *
 * @module
 */

import { type FailureHandler, guarded } from "./guard.ts";
import { immediate } from "./turns.ts";

/** Something with output to flush. */
export interface Flushable extends FailureHandler {
  flush(): void;
}

/** Flushes a microtask later, after what runs now. */
export const flushSoon: (flushable: Flushable) => void = flushing(queueMicrotask);

/** Flushes at the end of the event loop's turn, after all that has arrived by now. */
export const flushAtEndOfTurn: (flushable: Flushable) => void = flushing(immediate);

/** One callback serves all of them. */
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

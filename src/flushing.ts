/**
 * What is written in one turn leaves together, a microtask later.
 *
 * @module
 */

/** Something with output to hand on. */
export interface Flushable {
  flush(): void;
}

/** One microtask serves them all. */
const waiting: Flushable[] = [];

/** Flushes after whatever runs now. */
export function flushSoon(flushable: Flushable): void {
  if (waiting.push(flushable) === 1) queueMicrotask(flushAll);
}

function flushAll(): void {
  let done = 0;
  try {
    // Listeners may write to others meanwhile, which join the list.
    while (done < waiting.length) waiting[done++]!.flush();
  } finally {
    if (done === waiting.length) waiting.length = 0;
    else {
      waiting.splice(0, done);
      queueMicrotask(flushAll);
    }
  }
}

/**
 * The one place that calls the application's listeners.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** An emitter of any events. */
export interface AnyEmitter {
  rawListeners(event: never): ((...args: never[]) => unknown)[];
  listenerCount(event: never): number;
}

/**
 * Calls the listeners for an event. All of them are called, even if one throws or
 * rejects. (EventEmitter's own `captureRejections` cannot do that: a throw ends its loop, and Deno
 * loses rejections until something imports `node:process`.)
 *
 * @returns Whether there was a listener.
 */
export function callListeners(
  emitter: AnyEmitter,
  event: string,
  argument: unknown,
  handler: FailureHandler,
): boolean {
  const listeners = emitter.rawListeners(event as never);
  for (let i = 0; i < listeners.length; i++) {
    try {
      const result: unknown = listeners[i]!.call(emitter, argument as never);
      if (isThenable(result)) {
        // A promise of ours: some thenables reject twice, or throw.
        Promise.resolve(result).then(undefined, (error) => handler.failed(error));
      }
    } catch (error) {
      handler.failed(error);
    }
  }
  return listeners.length > 0;
}

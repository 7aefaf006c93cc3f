/**
 * Every call into the application's listeners passes here.
 *
 * @module
 */

import { isThenable } from "../event_loop/thenable.ts";

/** An emitter, whatever its events. */
export interface AnyEmitter {
  rawListeners(event: never): ((...args: never[]) => unknown)[];
  listenerCount(event: never): number;
}

/** Whoever deals with a listener that threw or rejected. */
export interface FailureHandler {
  failed(error: unknown): void;
}

/**
 * Calls the listeners for an event. One that throws or rejects keeps nobody else
 * from hearing of it. (EventEmitter's own `captureRejections` would do neither:
 * a throw ends its loop, and Deno loses rejections until something imports
 * `node:process`.)
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

/**
 * Emits events through the application's own `emit`, if it has put one in the place of Node's.
 *
 * @module
 */

import { EventEmitter } from "node:events";
import { type AnyEmitter, callListeners } from "../../connection/call_listeners.ts";
import { callSafely } from "./call_safely.ts";
import type { FailureHandler } from "../../event_loop/guard.ts";

/**
 * Node's own, unless it was replaced before this module was loaded. Bun gives emitters that notice
 * rejections another one, as an own property: there, one on a prototype is not called.
 */
const { emit } = new EventEmitter({ captureRejections: true });

/** An emitter whose `emit` may have been replaced. */
export interface ReplaceableEmitter extends AnyEmitter {
  emit(event: never, ...args: never[]): unknown;
}

/**
 * Emits an event. The handler takes what a listener throws or rejects with.
 *
 * @returns Whether there was a listener.
 */
export function emitEvent(
  emitter: ReplaceableEmitter,
  event: string,
  argument: unknown,
  handler: FailureHandler,
): boolean {
  if (emitter.emit as unknown === emit) return callListeners(emitter, event, argument, handler);
  const args = (argument === undefined ? [] : [argument]) as never[];
  return callSafely(() => emitter.emit(event as never, ...args), handler) === true;
}

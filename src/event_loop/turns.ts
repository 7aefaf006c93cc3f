/**
 * Turns of the event loop: pending I/O runs between two of them.
 *
 * Deferred tasks run in this order: microtasks, and with them `flushSoon`; then `immediate`,
 * and with it `flushAtEndOfTurn`; then `inNextTurn`. Only microtasks that queue more
 * microtasks can starve I/O.
 *
 * @module
 */

import { type FailureHandler, guarded } from "./guard.ts";

/** `setImmediate`: no Web standard, but on Deno, Bun and Node, and much sooner than a timer. */
export const immediate: (callback: () => void) => unknown =
  (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate ??
    ((callback) => setTimeout(callback, 0));

/** What was put off. */
interface Task extends FailureHandler {
  call(): void;
}

let turn = 0;
let counting = false;
let waiting: Task[] = [];

/** A number that stays the same within a turn and differs from one to the next. */
export function currentTurn(): number {
  if (!counting) {
    counting = true;
    // Two, for Deno runs one that a timer asks for before any I/O.
    immediate(() => immediate(endTurn));
  }
  return turn;
}

/** Calls back in the next turn. A callback that throws does not keep others from their call. */
export function inNextTurn(callback: () => void, failed: (error: unknown) => void): void {
  currentTurn();
  waiting.push({ call: callback, failed });
}

function call(this: Task): void {
  this.call();
}

function endTurn(): void {
  counting = false;
  turn++;
  const due = waiting;
  waiting = [];
  for (let i = 0; i < due.length; i++) guarded(due[i]!, call, undefined);
}

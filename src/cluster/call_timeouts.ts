/**
 * Calls to an engine, which settle in bounded time whatever the engine's client does.
 *
 * @module
 */

import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";

/** A call that waits for its answer. */
interface PendingCall {
  readonly name: string;
  /** By `performance.now()`. */
  readonly end: number;
  reject(error: Error): void;
}

/** Time limits of calls. All have the same, so one timer does for the call that began first. */
export class CallTimeouts {
  readonly #timeout: number;
  /** In the order in which they began. */
  readonly #pending = new Set<PendingCall>();
  #timer: Timer | undefined;

  /** @param timeout Milliseconds after which a call rejects. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Makes a call. What it gives after its time is ignored. */
  run<Result>(name: string, call: () => PromiseLike<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const pending = { name, end: performance.now() + this.#timeout, reject };
      this.#pending.add(pending);
      this.#timer ??= unheldTimer(() => this.#look(), this.#timeout);
      try {
        call().then((result) => {
          this.#pending.delete(pending);
          resolve(result);
        }, (error) => {
          this.#pending.delete(pending);
          reject(error);
        });
      } catch (error) {
        this.#pending.delete(pending);
        reject(error);
      }
    });
  }

  /** Rejects all calls that wait. */
  rejectAll(message: string): void {
    for (const { name, reject } of this.#pending) reject(new Error(`Cannot ${name}: ${message}`));
    this.#pending.clear();
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const pending of this.#pending) {
      if (pending.end > now) {
        this.#timer = unheldTimer(() => this.#look(), pending.end - now);
        return;
      }
      this.#pending.delete(pending);
      const { name, reject } = pending;
      reject(new Error(`Cannot ${name}: no answer within ${this.#timeout} ms`));
    }
  }
}

/**
 * Reports the application's errors: to listeners for `error`, or to the log.
 *
 * @module
 */

import { type AnyEmitter, callListeners } from "../connection/call_listeners.ts";
import type { LogSeverity } from "../options/server_options.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** Takes every error of the application, and writes every line of the log. */
export class ErrorReporter {
  readonly #emitter: AnyEmitter;
  readonly #log: (severity: LogSeverity, message: string) => void;
  readonly #warnings = new Set<string>();

  /** @param emitter whose listeners for `error` get errors; without any, they are logged. */
  constructor(emitter: AnyEmitter, log: (severity: LogSeverity, message: string) => void) {
    this.#emitter = emitter;
    this.#log = log;
  }

  /** Reports an error that was caught. */
  report(error: unknown): void {
    if (!callListeners(this.#emitter, "error", error, this)) this.failed(error);
  }

  /** A listener for `error` has failed itself, or there is none. */
  failed(error: unknown): void {
    this.log("error", describe(error));
  }

  /** Calls the application; when that throws, goes on without its value. */
  callSafely<Value>(call: () => Value): Value | undefined {
    try {
      const value = call();
      // A promise of ours: some thenables reject twice, or throw.
      if (isThenable(value)) Promise.resolve(value).then(undefined, (error) => this.report(error));
      return value;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  /** Logs what the application should have written otherwise, once. */
  warnOnce(message: string): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    this.log("error", message);
  }

  /** Writes a line. When the log fails, its error is dropped: there is no place left for it. */
  log(severity: LogSeverity, message: string): void {
    try {
      const written: unknown = this.#log(severity, message);
      if (isThenable(written)) Promise.resolve(written).then(undefined, () => {});
    } catch {
      // Dropped.
    }
  }
}

/** A text for anything that can be thrown, even if it has none. */
function describe(error: unknown): string {
  try {
    return String(error instanceof Error ? (error.stack ?? error.message) : error);
  } catch {
    return "The application threw something that has no text";
  }
}

/** The same in one line, to be part of another text. */
export function shortText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something that has no text";
  }
}

/**
 * What goes wrong in the application, and who is told.
 *
 * @module
 */

import { type AnyEmitter, callListeners } from "../connection/call_listeners.ts";
import type { LogSeverity } from "../options/server_options.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** Every call of a function from the options passes here, and every error of the application. */
export class ErrorReporter {
  readonly #emitter: AnyEmitter;
  readonly #log: (severity: LogSeverity, message: string) => void;
  readonly #warnings = new Set<string>();

  /** @param emitter whose listeners for `error` come first; without any, it is logged. */
  constructor(emitter: AnyEmitter, log: (severity: LogSeverity, message: string) => void) {
    this.#emitter = emitter;
    this.#log = log;
  }

  /** Tells of an error that was caught. */
  report(error: unknown): void {
    if (!callListeners(this.#emitter, "error", error, this)) this.failed(error);
  }

  /** A listener for errors has failed itself, or there is none. */
  failed(error: unknown): void {
    this.log("error", describe(error));
  }

  /** Calls the application; when that throws, goes on without its value. */
  callSafely<Value>(call: () => Value): Value | undefined {
    try {
      const value = call();
      // A promise of ours, whatever that thenable does.
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

  /** Writes a line. When that fails, nobody is left to be told. */
  log(severity: LogSeverity, message: string): void {
    try {
      const written: unknown = this.#log(severity, message);
      if (isThenable(written)) Promise.resolve(written).then(undefined, () => {});
    } catch {
      // See above.
    }
  }
}

/** Anything can be thrown, also what cannot be shown. */
function describe(error: unknown): string {
  try {
    return String(error instanceof Error ? (error.stack ?? error.message) : error);
  } catch {
    return "The application threw something that has no text";
  }
}

/** The same in a line, to be part of another. */
export function shortText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something that has no text";
  }
}

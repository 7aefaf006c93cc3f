/**
 * Reports errors of the application, and writes the server's log.
 *
 * @module
 */

import { type AnyEmitter, callListeners } from "../connection/call_listeners.ts";
import type { LogSeverity } from "../options/server_options.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** How many different warnings are logged. Their texts may be those of a bus, and vary without end. */
const maxWarnings = 100;

/** Where the server reports every error that a function of the application throws. */
export class ErrorReporter {
  readonly #emitter: AnyEmitter;
  readonly #log: (severity: LogSeverity, message: string) => void;
  readonly #warnings = new Set<string>();

  /** @param emitter whose listeners for `error` get the errors; without any, they are logged. */
  constructor(emitter: AnyEmitter, log: (severity: LogSeverity, message: string) => void) {
    this.#emitter = emitter;
    this.#log = log;
  }

  /** Reports an error that was caught. */
  report(error: unknown): void {
    if (!callListeners(this.#emitter, "error", error, this)) this.failed(error);
  }

  /** Logs an error: of a listener for errors, or an error that has no such listener. */
  failed(error: unknown): void {
    this.log("error", describe(error));
  }

  /** Calls a function of the application. If it throws or rejects, that is reported. */
  callSafely<Value>(call: () => Value): Value | undefined {
    try {
      const value = call();
      // The thenable is wrapped, because it may do anything when `then` is called.
      if (isThenable(value)) Promise.resolve(value).then(undefined, (error) => this.report(error));
      return value;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  /** Logs a mistake in how the application uses the server, once. */
  warnOnce(message: string): void {
    if (this.#warnings.size >= maxWarnings || this.#warnings.has(message)) return;
    this.#warnings.add(message);
    this.log("error", message);
    if (this.#warnings.size === maxWarnings) this.log("error", "No further warnings are logged");
  }

  /** Writes a line. If the log fails, the failure is dropped: there is nowhere to report it. */
  log(severity: LogSeverity, message: string): void {
    try {
      const written: unknown = this.#log(severity, message);
      if (isThenable(written)) Promise.resolve(written).then(undefined, () => {});
    } catch {
      // Dropped, like a rejection.
    }
  }
}

/** The text of whatever was thrown, which may have no text. */
function describe(error: unknown): string {
  try {
    return String(error instanceof Error ? (error.stack ?? error.message) : error);
  } catch {
    return "The application threw a value that cannot be converted to a string";
  }
}

/** The same in one line, without the stack. */
export function shortText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "a value that cannot be converted to a string";
  }
}

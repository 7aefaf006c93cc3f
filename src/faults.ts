/**
 * What goes wrong in the application, and who is told.
 *
 * @module
 */

import { type AnyEmitter, tell } from "./listeners.ts";
import type { LogSeverity } from "./options.ts";

/** Every call of a function from the options passes here, and every error of the application. */
export class Faults {
  readonly #emitter: AnyEmitter;
  readonly #log: (severity: LogSeverity, message: string) => void;
  readonly #complaints = new Set<string>();

  /** @param emitter whose listeners for `error` come first; without any, it is logged. */
  constructor(
    emitter: AnyEmitter,
    log: (severity: LogSeverity, message: string) => void,
  ) {
    this.#emitter = emitter;
    this.#log = log;
  }

  /** Tells of an error that was caught. */
  report(error: unknown): void {
    if (!tell(this.#emitter, "error", error, this)) this.failed(error);
  }

  /** A listener for errors has failed itself, or there is none. */
  failed(error: unknown): void {
    this.#write(
      error instanceof Error ? error.stack ?? error.message : String(error),
    );
  }

  /** Calls the application; when that throws, goes on without its value. */
  ask<Value>(call: () => Value): Value | undefined {
    try {
      return call();
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  /** Logs what the application should have written otherwise, once. */
  complain(message: string): void {
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    this.#write(message);
  }

  #write(message: string): void {
    try {
      this.#log("error", message);
    } catch {
      // Nobody is left to be told.
    }
  }
}

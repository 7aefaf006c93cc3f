/**
 * Runs code whose errors nobody would catch: runtime callbacks, timers and deferred tasks. An error
 * there would end the process.
 *
 * @module
 */

/** Takes an error that has no other caller, and ends what it belongs to. */
export interface FailureHandler {
  failed(error: unknown): void;
}

/** Calls a method of the handler, which takes the error if that throws. */
export function guarded<Handler extends FailureHandler, Argument>(
  handler: Handler,
  method: (this: Handler, argument: Argument) => unknown,
  argument: Argument,
): void {
  try {
    method.call(handler, argument);
  } catch (error) {
    try {
      handler.failed(error);
    } catch {
      // The handler has failed as well, and there is no other.
    }
  }
}

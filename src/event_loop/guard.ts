/**
 * What runs without a caller of ours that would hear of an error: callbacks of runtimes,
 * timers, and whatever was put off. An error there would end the process.
 *
 * @module
 */

/** Whoever answers for what is done in its name: told of an error, it ends what that belongs to. */
export interface FailureHandler {
  failed(error: unknown): void;
}

/** Calls a method; what it throws is told to the one whom it is called for. */
export function guarded<Whom extends FailureHandler, Argument>(
  whom: Whom,
  method: (this: Whom, argument: Argument) => unknown,
  argument: Argument,
): void {
  try {
    method.call(whom, argument);
  } catch (error) {
    try {
      whom.failed(error);
    } catch {
      // It has failed at that, too, and nobody is left to be told.
    }
  }
}

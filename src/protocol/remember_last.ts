/**
 * Remembers the last result of a function. A value that is asked for many times in a row, such as
 * the frame of a broadcast, is then computed only once.
 *
 * @module
 */

/** The same function. Its last argument and result stay in memory, so they have to be small. */
export function rememberLast<Argument, Result>(
  make: (argument: Argument) => Result,
): (argument: Argument) => Result {
  let isEmpty = true;
  let lastArgument: Argument | undefined;
  let lastResult: Result | undefined;
  return (argument) => {
    if (isEmpty || argument !== lastArgument) {
      lastResult = make(argument);
      lastArgument = argument;
      isEmpty = false;
    }
    return lastResult as Result;
  };
}

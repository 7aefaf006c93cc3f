/**
 * Checks the options of adapters.
 *
 * @module
 */

import { show } from "../options/checks.ts";
import { refuseUnknown } from "../options/names.ts";
import { optionNames } from "../options/settings.ts";

/**
 * Refuses options that are not an object, or have an unknown name.
 *
 * @param cannot The beginning of the message: the action that fails.
 * @throws {TypeError}
 */
export function checkNames(cannot: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `${cannot}: the options must be an object such as { ${known[0]} }, got ${show(options)}`,
    );
  }
  const misplaced = Object.keys(options).find((name) => optionNames.includes(name));
  if (misplaced !== undefined) {
    throw new TypeError(
      `${cannot}: unknown option ${misplaced}; it is an option of createServer`,
    );
  }
  refuseUnknown(cannot, options, known);
}

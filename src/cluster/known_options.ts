/**
 * Refuses options that do not exist.
 *
 * @module
 */

/**
 * Checks the names of options.
 *
 * @param start the beginning of the message: what fails.
 * @throws {TypeError} If it is no object, or has others than the known ones.
 */
export function refuseOthers(start: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${start} the options must be an object`);
  }
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new TypeError(`${start} unknown option ${other}; there are ${known.join(", ")}`);
}

/**
 * Checks the option `log`: a mistake there would show nowhere else.
 *
 * @throws {TypeError} If it is no function.
 */
export function refuseOtherLog(start: string, log: unknown): void {
  if (log === undefined || typeof log === "function") return;
  throw new TypeError(`${start} log must be a function, such as (message) => console.log(message)`);
}

/**
 * The options of an example's command line.
 *
 * @module
 */

import process from "node:process";

/** Says in one line why a server cannot start, and ends the process with 1. */
export function fail(problem: string): never {
  console.error(`Cannot start: ${problem}`);
  process.exit(1);
}

/**
 * Reads `--name value` and `--name=value`. Any other argument ends the process.
 *
 * @param known what each option takes, by its name
 */
export function readOptions<Name extends string>(
  known: Readonly<Record<Name, string>>,
): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  const args = process.argv.slice(2);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, given, value = args.shift() ?? ""] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const name = (Object.keys(known) as Name[]).find((name) => name === given);
    if (name === undefined) {
      const options = Object.entries(known).map(([name, takes]) => `--${name} ${takes}`);
      fail(
        `"${arg}" is unknown; the options are ${options.join(", ")}, ` +
          "and for deno task --runtime deno|bun|node",
      );
    }
    values[name] = value;
  }
  return values;
}

/** The port of `--port`, or else of the environment's `PORT`; `undefined` if neither is set. */
export function chosenPort(option: string | undefined): number | undefined {
  const [name, value] = option === undefined ? ["PORT", process.env["PORT"]] : ["--port", option];
  if (value === undefined) return undefined;
  if (/^[0-9]{1,5}$/.test(value) && Number(value) <= 65535) return Number(value);
  return fail(`${name} takes a number from 0 to 65535 (0: any free port), not "${value}"`);
}

/** A time in the environment, in milliseconds; 0 if it is not set. */
export function millisecondsOf(name: string): number {
  const value = process.env[name] ?? "0";
  if (/^[0-9]{1,7}$/.test(value)) return Number(value);
  return fail(`${name} takes a number of milliseconds, up to 9999999, not "${value}"`);
}

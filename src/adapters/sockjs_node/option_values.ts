/**
 * How sockjs-node takes the values of its options.
 *
 * @module
 */

import type { ErrorReporter } from "../../server/error_reporter.ts";
import { aScriptUrl, show } from "../../options/checks.ts";

/** Converts the value of an option; `undefined` stands for the default. */
type Conversion = (value: unknown, name: string, errors: ErrorReporter) => unknown;

const conversions: Readonly<Record<string, Conversion>> = {
  websocket: Boolean,
  disable_cors: Boolean,
  jsessionid: (value) => typeof value === "function" ? value : Boolean(value),
  // Falsy values count as absent there.
  base_url: (value) => value || undefined,
  sockjs_url: aUrlForThePage,
  response_limit: (value) => within(Number(value) || Infinity, Number.MAX_SAFE_INTEGER),
  // In sockjs-node, timers make a heartbeat every millisecond of a delay of 0.
  heartbeat_delay: (...given) => aDelay(longest, ...given),
  disconnect_delay: (...given) => aDelay(1, ...given),
};

/** What timers take, in ms. */
const longest = 2 ** 31 - 1;

/** Converts the value of an option as sockjs-node does, if it has that option. */
export function convert(name: string, value: unknown, errors: ErrorReporter): unknown {
  const conversion = Object.hasOwn(conversions, name) ? conversions[name] : undefined;
  return conversion === undefined ? value : conversion(value, name, errors);
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 1), most);
}

/** @param none what stands for 0 and less. */
function aDelay(
  none: number,
  value: unknown,
  name: string,
  errors: ErrorReporter,
): number | undefined {
  const delay = Number(value);
  if (Number.isNaN(delay)) {
    errors.log("error", `The option ${name} must be a number, got ${show(value)}: ignored`);
    return undefined;
  }
  return delay < 1 ? none : within(delay, longest);
}

/** As a function, a URL is not checked. */
function aUrlForThePage(value: unknown): unknown {
  return typeof value === "function" || aScriptUrl.test(value) ? value : () => String(value);
}

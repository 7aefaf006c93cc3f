/**
 * The options of sockjs-node, translated to those of this library.
 *
 * @module
 */

import type { ErrorReporter } from "../../server/error_reporter.ts";
import type { ServerOptions as WebServerOptions } from "../../options/server_options.ts";
import { hint } from "../../options/names.ts";
import { nodeMessages } from "../../runtimes/node/request.ts";
import { optionNames } from "../../options/settings.ts";

/**
 * Options in sockjs-node's spelling or in ours. Options of sockjs-node are converted as
 * there: a truthy value is true, and `"4096"` is a number. `null` counts as absent.
 * Unknown options are ignored, with a line in the log.
 */
export interface ServerOptions extends Omit<WebServerOptions, "jsessionid"> {
  /**
   * Whether responses set the cookie `JSESSIONID`, which load balancers use for sticky sessions; or
   * a function that sets its own cookie on Node's `res`, and finds the request's cookies in
   * `req.cookies`.
   *
   * @default {false}
   */
  jsessionid?: boolean | JSessionId | undefined;
}

/** Gets Node's objects before the response begins. */
export type JSessionId = {
  // A method, so that a function that names Node's own types fits.
  set(req: RequestHead, res: ResponseHead): unknown;
}["set"];

/** What is typed of a request of Node's. */
export interface RequestHead {
  /** Path and query. */
  readonly url?: string | undefined;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** By name; not decoded. */
  cookies?: Record<string, string>;
}

/** What is typed of a response of Node's. */
export interface ResponseHead {
  /** As in Node. */
  setHeader(name: string, value: string | readonly string[]): unknown;
}

/** Converts values of any type as sockjs-node does, for options for which that matters. */
const coercions: Readonly<Record<string, (value: unknown) => unknown>> = {
  websocket: Boolean,
  disable_cors: Boolean,
  jsessionid: (value) => typeof value === "function" ? value : Boolean(value),
  // In sockjs-node, 0 means no limit.
  response_limit: (value) => Math.min(Number(value) || Infinity, Number.MAX_SAFE_INTEGER),
  heartbeat_delay: aDelay,
  disconnect_delay: aDelay,
};

/**
 * Limits a delay to what timers take. A value that is not a number is returned as it is, so that
 * it is refused under its own name.
 */
function aDelay(value: unknown): unknown {
  const delay = Number(value);
  return Number.isNaN(delay) ? value : Math.min(Math.max(delay, 1), 2 ** 31 - 1);
}

/** Translates sockjs-node's options to ours. Later layers override earlier ones. */
export function webOptions(
  layers: readonly ServerOptions[],
  errors: ErrorReporter,
): WebServerOptions {
  const values: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value === undefined || value === null) continue;
      if (!optionNames.includes(name)) {
        const near = hint(name, optionNames);
        errors.warnOnce(`Unknown option ${name} is ignored${near}`);
        continue;
      }
      values[name] = coercions[name]?.(value) ?? value;
    }
  }
  const { jsessionid } = values;
  if (typeof jsessionid === "function") {
    values["jsessionid"] = setting(jsessionid as JSessionId, errors);
  }
  return values;
}

/** Makes an option `jsessionid` without a cookie: the application's function sets it itself. */
function setting(jsessionid: JSessionId, errors: ErrorReporter): (request: Request) => undefined {
  return (request) => {
    const messages = nodeMessages(request);
    if (messages === undefined) return;
    const req: RequestHead = messages.req;
    req.cookies = cookiesOf(req.headers["cookie"] as string | undefined);
    errors.callSafely(() => jsessionid(req, messages.res as unknown as ResponseHead));
  };
}

function cookiesOf(header = ""): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null);
  for (const cookie of header.split(";")) {
    const [name = "", ...value] = cookie.split("=");
    cookies[name.trim()] = value.join("=").trim();
  }
  return cookies;
}

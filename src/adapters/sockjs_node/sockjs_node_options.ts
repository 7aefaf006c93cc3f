/**
 * The options of sockjs-node, translated to those of this library.
 *
 * @module
 */

import type { ErrorReporter } from "../../server/error_reporter.ts";
import type { ServerOptions as WebServerOptions } from "../../options/server_options.ts";
import { hint } from "../../options/names.ts";
import { optionNames, sockjsNodeSpellings } from "../../options/settings.ts";
import type { InstallOptions } from "../node.ts";
import { cookieFunction, type JSessionId } from "./cookie_function.ts";
import { convert } from "./option_values.ts";
import { readFayeOptions } from "./faye_options.ts";
import { corePrefix } from "./service_paths.ts";

/**
 * Options in sockjs-node's spelling or in ours. Where both are given, sockjs-node's counts. Options
 * of sockjs-node are converted as there: a truthy value is true, and `"4096"` is a number. `null`
 * counts as absent. Unknown options are ignored, with a line in the log of severity `debug`. The
 * defaults of some options are other than those of {@linkcode WebServerOptions}:
 *
 * - `maxMessageSize` is 8 MiB, `maxBufferedBytes` is 64 MiB,
 * - `heartbeatFrames` and `rawPings` are false: as with sockjs-node, websockets get pings, and raw
 *   websockets get nothing.
 */
export interface ServerOptions extends
  Omit<
    WebServerOptions,
    "jsessionid" | "sockjs_url" | "response_limit" | "heartbeat_delay" | "disconnect_delay"
  > {
  /**
   * Whether responses set the cookie `JSESSIONID`, which load balancers use for sticky sessions; or
   * a function that sets its own cookie on Node's `res`, and finds the request's cookies in
   * `req.cookies`.
   *
   * @default {false}
   */
  jsessionid?: boolean | JSessionId | undefined;
  /**
   * The URL of the client for the iframe page, put there as it is; or a function that returns it.
   *
   * @default "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js"
   */
  sockjs_url?: string | (() => string) | undefined;
  /**
   * Bytes after which a streaming response ends; 0 for no limit.
   *
   * @default {131072}
   */
  response_limit?: number | string | undefined;
  /**
   * Milliseconds between heartbeats; 0 for none.
   *
   * @default {25000}
   */
  heartbeat_delay?: number | string | undefined;
  /**
   * Milliseconds after which a session without a receiving request ends.
   *
   * @default {5000}
   */
  disconnect_delay?: number | string | undefined;
}

/**
 * What programs find in `server.options` besides what they passed. A default that is still there
 * counts as not given.
 */
export const defaultOptions: Readonly<ServerOptions> = {
  prefix: "",
  response_limit: 131072,
  websocket: true,
  faye_server_options: null,
  jsessionid: false,
  heartbeat_delay: 25000,
  disconnect_delay: 5000,
  log(severity, message) {
    if (severity === "error") console.error(message);
  },
  sockjs_url: "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js",
};

/** Where the defaults differ from those of {@linkcode WebServerOptions}. */
const otherDefaults: WebServerOptions = {
  // Reading a payload of this size takes up to a second.
  maxMessageSize: 8 * 1024 * 1024,
  // A quarter of `maxTotalBufferedBytes`: a client that reads nothing keeps no others out.
  maxBufferedBytes: 64 * 1024 * 1024,
  heartbeatFrames: false,
  rawPings: false,
};

/** The options of a service, read. */
export interface ReadOptions {
  /** Those of the core's server. */
  readonly web: WebServerOptions;
  /** Those of its installation. */
  readonly install: InstallOptions;
  /**
   * The option's own text, which decides about paths, and is `connection.prefix`. Undefined for a
   * RegExp, which the core matches itself.
   */
  readonly prefix: string | undefined;
}

/**
 * Translates sockjs-node's options to ours.
 *
 * @param options `server.options`.
 * @param overrides options of `installHandlers`.
 * @throws {TypeError} If the prefix is not a valid regular expression.
 */
export function readLayers(
  options: ServerOptions,
  overrides: ServerOptions,
  errors: ErrorReporter,
): ReadOptions {
  const given = { ...withoutDefaults(options), ...withoutNothing(overrides) };
  const { faye_server_options, prefix = "", ...others } = chooseSpellings(given, errors);
  const faye = readFayeOptions(faye_server_options, errors);
  const values: Record<string, unknown> = { ...otherDefaults };
  for (const [name, value] of Object.entries(others)) {
    const converted = convert(name, value, errors);
    if (converted !== undefined) values[name] = converted;
  }
  if (typeof values["jsessionid"] === "function") {
    values["jsessionid"] = cookieFunction(values["jsessionid"] as JSessionId, errors);
  }
  if (faye.maxLength !== undefined) {
    values["maxMessageSize"] = Math.max(values["maxMessageSize"] as number, faye.maxLength);
  }
  const text = prefix instanceof RegExp ? undefined : String(prefix);
  values["prefix"] = text === undefined ? prefix : corePrefix(text, errors);
  return { web: values, install: installOptions(faye), prefix: text };
}

type Values = Record<string, unknown>;

function withoutDefaults(options: ServerOptions): Values {
  const defaults = defaultOptions as Readonly<Values>;
  const given = Object.entries(withoutNothing(options));
  return Object.fromEntries(given.filter(([name, value]) => value !== defaults[name]));
}

function withoutNothing(options: ServerOptions): Values {
  const given = Object.entries(options);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== null));
}

/** Leaves unknown options out, and ours where sockjs-node's spelling is there, too. */
function chooseSpellings(given: Values, errors: ErrorReporter): Values {
  const values = { ...given };
  for (const name of Object.keys(given)) {
    const theirs = sockjsNodeSpellings.get(name) ?? name;
    if (!optionNames.includes(name)) {
      errors.log("debug", `Unknown option ${name} is ignored${hint(name, optionNames)}`);
    } else if (theirs !== name && Object.hasOwn(given, theirs)) {
      errors.log("debug", `The option ${name} is ignored, because ${theirs} is given`);
    } else continue;
    delete values[name];
  }
  return values;
}

function installOptions({ maxLength, perMessageDeflate }: InstallParts): InstallOptions {
  return {
    ...(maxLength === undefined ? {} : { maxPayload: maxLength }),
    ...(perMessageDeflate === undefined ? {} : { perMessageDeflate }),
  };
}

type InstallParts = ReturnType<typeof readFayeOptions>;

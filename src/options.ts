/**
 * The options of a server: their names, types, defaults and checks.
 *
 * @module
 */

import {
  aBoolean,
  aFunction,
  type Check,
  either,
  isBaseUrl,
  isPattern,
  listOf,
  nearest,
  numberUpTo,
  show,
} from "./option_checks.ts";
import type { Protocol } from "./peer.ts";

/** How much a line of the log matters. */
export type LogSeverity = "debug" | "info" | "error";

/** The options of a server, as documented. */
export interface ServerOptions extends SockJSNodeOptions {
  /**
   * The path under which the service lives. A string with regular-expression
   * characters in it, such as `/(a|b)`, is one; `.` alone is literal. A regular
   * expression matches from the start of the path to the end of a segment.
   *
   * @default {""} the whole site
   */
  prefix?: string | RegExp | undefined;
  /**
   * Where the iframe page gets the stock client from: an absolute URL or a path
   * from `/`. It must be exactly the version that the page uses.
   *
   * @default {"https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js"}
   */
  sockjsUrl?: string | undefined;
  /**
   * The transports that are on.
   *
   * @default all of them
   */
  transports?: readonly Protocol[] | undefined;
  /**
   * Transports that are off, out of those that `transports` gives.
   * `"websockets"` stands for both websocket transports.
   *
   * @default {[]}
   */
  disabledTransports?: readonly (Protocol | "websockets")[] | undefined;
  /**
   * Whether the websocket transports are on, raw ones included.
   *
   * @default {true}
   */
  websocket?: boolean | undefined;
  /**
   * Bytes after which a streaming response ends, and the client asks for another.
   *
   * @default {131072}
   */
  responseLimit?: number | undefined;
  /**
   * Milliseconds between heartbeats. Below 35,000, which is when jsonp clients give up;
   * Bun cuts connections that are silent for more than 245,000.
   *
   * @default {25000}
   */
  heartbeatDelay?: number | undefined;
  /**
   * Milliseconds without a receiving request after which a session is over. So long
   * may the process stay alive after its last client.
   *
   * @default {5000}
   */
  disconnectDelay?: number | undefined;
  /**
   * Whether answers set the cookie that load balancers stick to; or a function
   * that gives the whole `Set-Cookie` value for a request, or `undefined`.
   *
   * @default {false}
   */
  jsessionid?: boolean | ((request: Request) => string | undefined) | undefined;
  /**
   * Switches off all CORS headers, and the iframe page.
   *
   * @default {false}
   */
  disableCors?: boolean | undefined;
  /**
   * The URL that `info` sends clients to: absolute, without a slash at the end;
   * or a function that gives one.
   *
   * @default none
   */
  baseUrl?: string | (() => string) | undefined;
  /**
   * Takes the server's log lines.
   *
   * @default prints errors to the console, drops the rest
   */
  log?: ((severity: LogSeverity, message: string) => void) | undefined;
  /**
   * Answers requests whose path is not under `prefix`. Nothing means 404, or on
   * Bun that the request was upgraded.
   *
   * @default answers 404
   */
  fallback?: Fallback | undefined;
}

/** A handler for requests that are not the service's; `info` is what the runtime gives. */
export type Fallback = {
  // A method, so that `info` may have the runtime's own type.
  handle(request: Request, info: unknown): Response | undefined | Promise<Response | undefined>;
}["handle"];

/** The spellings of sockjs-node, each for the option of that name. */
export interface SockJSNodeOptions {
  /** {@linkcode ServerOptions.sockjsUrl} */
  sockjs_url?: ServerOptions["sockjsUrl"];
  /** {@linkcode ServerOptions.disabledTransports} */
  disabled_transports?: ServerOptions["disabledTransports"];
  /** {@linkcode ServerOptions.responseLimit} */
  response_limit?: ServerOptions["responseLimit"];
  /** {@linkcode ServerOptions.heartbeatDelay} */
  heartbeat_delay?: ServerOptions["heartbeatDelay"];
  /** {@linkcode ServerOptions.disconnectDelay} */
  disconnect_delay?: ServerOptions["disconnectDelay"];
  /** {@linkcode ServerOptions.disableCors} */
  disable_cors?: ServerOptions["disableCors"];
  /** {@linkcode ServerOptions.baseUrl} */
  base_url?: ServerOptions["baseUrl"];
  /** Belongs to sockjs-node's websocket library; ignored, with a line in the log. */
  faye_server_options?: unknown;
}

/** The options after checks, with defaults. */
export interface Settings {
  readonly prefix: string | RegExp;
  readonly sockjsUrl: string;
  readonly transports: ReadonlySet<Protocol>;
  readonly responseLimit: number;
  readonly heartbeatDelay: number;
  readonly disconnectDelay: number;
  readonly jsessionid: boolean | ((request: Request) => string | undefined);
  readonly disableCors: boolean;
  readonly baseUrl: string | (() => string) | undefined;
  readonly log: (severity: LogSeverity, message: string) => void;
  readonly fallback: Fallback | undefined;
  /** Bytes of a message or of a send's body. */
  readonly maxMessageSize: number;
  /** Buffered bytes above which `write` asks to wait. */
  readonly highWaterMark: number;
  /** Buffered bytes above which a session ends. */
  readonly maxBufferedBytes: number;
}

const protocols: readonly Protocol[] = [
  "websocket",
  "websocket-raw",
  "xhr-streaming",
  "eventsource",
  "htmlfile",
  "xhr-polling",
  "jsonp-polling",
];

/** An option: how its value is checked, and what it is without one. */
interface Row extends Check {
  readonly default?: unknown;
  /** The name in sockjs-node, where that differs. */
  readonly alias?: string;
}

const aDelay = numberUpTo(2 ** 31 - 1);

const table: Readonly<Record<string, Row>> = {
  prefix: {
    allowed: "a path from / on, or a RegExp",
    test: (value) =>
      value instanceof RegExp ||
      (typeof value === "string" && (value === "" || value[0] === "/" || isPattern(value))),
    default: "",
  },
  sockjsUrl: {
    allowed: "an absolute URL or a path from / on",
    test: (value) => typeof value === "string" && /^(https?:\/\/|\/)/i.test(value),
    default: "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js",
    alias: "sockjs_url",
  },
  transports: { ...listOf(protocols), default: protocols },
  disabledTransports: {
    ...listOf([...protocols, "websockets"]),
    default: [],
    alias: "disabled_transports",
  },
  websocket: { ...aBoolean, default: true },
  responseLimit: {
    ...numberUpTo(Number.MAX_SAFE_INTEGER),
    default: 131072,
    alias: "response_limit",
  },
  heartbeatDelay: { ...aDelay, default: 25000, alias: "heartbeat_delay" },
  disconnectDelay: { ...aDelay, default: 5000, alias: "disconnect_delay" },
  jsessionid: { ...either(aBoolean, aFunction), default: false },
  disableCors: { ...aBoolean, default: false, alias: "disable_cors" },
  baseUrl: {
    ...either(
      {
        allowed: "an absolute URL without a slash at the end",
        test: isBaseUrl,
      },
      aFunction,
    ),
    alias: "base_url",
  },
  log: { ...aFunction, default: logErrors },
  fallback: aFunction,
};

/**
 * Checks options and fills in defaults.
 *
 * @throws {TypeError} That names the option, what it got and what is allowed.
 */
export function readOptions(options: ServerOptions): Settings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot create a server: the options must be an object, got ${show(options)}`,
    );
  }
  refuseUnknown(options);
  const given = options as Readonly<Record<string, unknown>>;
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    values[name] = readOption(given, name, row);
  }
  const settings = values as unknown as Settings & ServerOptions;
  return {
    ...settings,
    transports: enabledTransports(settings),
    maxMessageSize: 1024 * 1024,
    highWaterMark: 64 * 1024,
    maxBufferedBytes: 16 * 1024 * 1024,
  };
}

function readOption(given: Readonly<Record<string, unknown>>, name: string, row: Row): unknown {
  const older = row.alias === undefined ? undefined : given[row.alias];
  if (given[name] !== undefined && older !== undefined) {
    throw new TypeError(`Cannot create a server: ${name} and ${row.alias} are the same option`);
  }
  const value = given[name] === undefined ? older : given[name];
  if (value === undefined) return row.default;
  if (!row.test(value)) {
    const asked = given[name] === undefined ? row.alias : name;
    throw new TypeError(
      `Cannot create a server: the option ${asked} must be ${row.allowed}, got ${show(value)}`,
    );
  }
  return value;
}

/** Of sockjs-node's options the one that says nothing here. */
const ignored = "faye_server_options";

/** All names of options, in both spellings. */
export const optionNames: readonly string[] = Object.entries(table)
  .flatMap(([name, { alias }]) => alias === undefined ? [name] : [name, alias])
  .concat(ignored);

function refuseUnknown(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || optionNames.includes(name)) continue;
    const best = nearest(name, optionNames);
    throw new TypeError(
      `Cannot create a server: there is no option ${name}; the nearest is ${best}`,
    );
  }
}

function enabledTransports(settings: ServerOptions): Set<Protocol> {
  const enabled = new Set(settings.transports);
  for (const name of settings.disabledTransports ?? []) {
    if (name !== "websockets") enabled.delete(name);
  }
  if (settings.websocket === false || settings.disabledTransports?.includes("websockets")) {
    enabled.delete("websocket");
    enabled.delete("websocket-raw");
  }
  return enabled;
}

function logErrors(severity: LogSeverity, message: string): void {
  if (severity === "error") console.error(message);
}

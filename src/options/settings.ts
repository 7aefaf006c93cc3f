/**
 * The table of options: names, checks and defaults.
 *
 * @module
 */

import {
  aBaseUrl,
  aBoolean,
  aClientBuild,
  aFunction,
  anIntegrity,
  aScriptUrl,
  aSubprotocolList,
  type Check,
  either,
  listOf,
  numberUpTo,
  show,
} from "./checks.ts";
import { refuseUnknown } from "./names.ts";
import type {
  Authorize,
  ChooseSubprotocol,
  ClientBuild,
  Fallback,
  LogSeverity,
  OriginCheck,
  ServerOptions,
} from "./server_options.ts";
import { anOriginList, anOriginPattern } from "./origins.ts";
import type { Protocol } from "../session/client_info.ts";
import { aPrefix } from "./prefix.ts";

/** The options after checks, with defaults. */
export interface Settings {
  readonly prefix: string | RegExp;
  /** Absolute, a path from `/`, or relative to the iframe page. */
  readonly sockjsUrl: string;
  readonly serveClient: ClientBuild | undefined;
  readonly sockjsIntegrity: string | undefined;
  readonly contentSecurityPolicy: boolean;
  readonly transports: ReadonlySet<Protocol>;
  readonly responseLimit: number;
  /** ms */
  readonly responseTimeLimit: number;
  readonly heartbeatDelay: number;
  readonly disconnectDelay: number;
  readonly jsessionid: boolean | ((request: Request) => string | undefined);
  readonly disableCors: boolean;
  readonly baseUrl: string | (() => string) | undefined;
  readonly log: (severity: LogSeverity, message: string) => void;
  readonly fallback: Fallback | undefined;
  /** The iframe page is there. */
  readonly iframe: boolean;
  readonly origins: "*" | readonly string[] | RegExp | OriginCheck;
  readonly authorize: Authorize | undefined;
  readonly subprotocols: readonly string[] | ChooseSubprotocol | undefined;
  /** ms */
  readonly heartbeatTimeout: number;
  readonly heartbeatFrames: boolean;
  readonly maxSessions: number;
  /** Bytes of a message or of a send's body. */
  readonly maxMessageSize: number;
  /** Buffered bytes above which `write` asks to wait. */
  readonly highWaterMark: number;
  /** Buffered bytes above which a session ends. */
  readonly maxBufferedBytes: number;
  /** Bytes that wait in all sessions together. */
  readonly maxTotalBufferedBytes: number;
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

/** The name under which a server serves the client. */
export const clientName = "sockjs.min.js";

const onJsDelivr = "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js";

const cannot = "Cannot create a server";

const aCount = numberUpTo(Number.MAX_SAFE_INTEGER);
const aSize = numberUpTo(Number.MAX_SAFE_INTEGER, "bytes");
const aTime = numberUpTo(Number.MAX_SAFE_INTEGER, "milliseconds");
const aDelay = numberUpTo(2 ** 31 - 1, "milliseconds");

const table: Readonly<Record<string, Row>> = {
  prefix: { ...aPrefix, default: "" },
  sockjsUrl: { ...aScriptUrl, alias: "sockjs_url" },
  serveClient: aClientBuild,
  sockjsIntegrity: either(anIntegrity, {
    allowed: "true",
    test: (value) => value === true,
  }),
  contentSecurityPolicy: { ...aBoolean, default: false },
  transports: listOf([...protocols, "iframe"]),
  disabledTransports: {
    ...listOf([...protocols, "websockets"]),
    default: [],
    alias: "disabled_transports",
  },
  websocket: { ...aBoolean, default: true },
  responseLimit: {
    ...aSize,
    default: 131072,
    alias: "response_limit",
  },
  responseTimeLimit: { ...aTime, default: 300_000 },
  heartbeatDelay: { ...aDelay, default: 25000, alias: "heartbeat_delay" },
  disconnectDelay: { ...aDelay, default: 5000, alias: "disconnect_delay" },
  jsessionid: { ...either(aBoolean, aFunction), default: false },
  disableCors: { ...aBoolean, default: false, alias: "disable_cors" },
  origins: {
    ...either(
      anOriginList,
      anOriginPattern,
      aFunction,
    ),
    default: "*",
  },
  authorize: aFunction,
  subprotocols: either(aSubprotocolList, aFunction),
  heartbeatTimeout: { ...aDelay, default: 10_000 },
  heartbeatFrames: { ...aBoolean, default: true },
  maxSessions: { ...aCount, default: 100_000 },
  maxMessageSize: { ...aSize, default: 1024 * 1024 },
  highWaterMark: { ...aSize, default: 64 * 1024 },
  maxBufferedBytes: { ...aSize, default: 16 * 1024 * 1024 },
  maxTotalBufferedBytes: { ...aSize, default: 256 * 1024 * 1024 },
  baseUrl: { ...either(aBaseUrl, aFunction), alias: "base_url" },
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
    throw new TypeError(`${cannot}: the options must be an object, got ${show(options)}`);
  }
  refuseUnknown(cannot, options, optionNames);
  const given = options as Readonly<Record<string, unknown>>;
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    values[name] = readOption(given, name, row);
  }
  const settings = values as unknown as Settings & ServerOptions;
  const named = settings.transports ?? [];
  return {
    ...settings,
    sockjsUrl: settings.sockjsUrl ?? (settings.serveClient === undefined ? onJsDelivr : clientName),
    sockjsIntegrity: readIntegrity(settings),
    transports: enabledTransports(settings),
    iframe: !settings.disableCors && (settings.origins === "*" || named.includes("iframe")),
  };
}

function readOption(given: Readonly<Record<string, unknown>>, name: string, row: Row): unknown {
  const older = row.alias === undefined ? undefined : given[row.alias];
  if (given[name] !== undefined && older !== undefined) {
    throw new TypeError(`${cannot}: ${name} and ${row.alias} are the same option`);
  }
  const value = given[name] === undefined ? older : given[name];
  if (value === undefined) return row.default;
  if (!row.test(value)) {
    const asked = given[name] === undefined ? row.alias : name;
    const advice = row.advice?.(value);
    throw new TypeError(
      `${cannot}: the option ${asked} must be ${row.allowed}, got ${show(value)}` +
        (advice === undefined ? "" : `: ${advice}`),
    );
  }
  return value;
}

/** sockjs-node's options that have no meaning here. */
const ignored = ["faye_server_options"];

/** Those of them that were given. */
export function ignoredOptions(options: ServerOptions): string[] {
  const given = options as Readonly<Record<string, unknown>>;
  return ignored.filter((name) => given[name] !== undefined);
}

/** All names of options, in both spellings. */
export const optionNames: readonly string[] = Object.entries(table)
  .flatMap(([name, { alias }]) => alias === undefined ? [name] : [name, alias])
  .concat(ignored);

/** The hash that `true` stands for is the one of the client that is served. */
function readIntegrity({ sockjsIntegrity, serveClient }: ServerOptions): string | undefined {
  if (sockjsIntegrity !== true) return sockjsIntegrity;
  if (serveClient?.integrity !== undefined) return serveClient.integrity;
  throw new TypeError(
    "Cannot create a server: sockjsIntegrity can be true only with a serveClient that has " +
      `an integrity, got ${serveClient === undefined ? "no serveClient" : "one without"}`,
  );
}

/** Pages of other origins get answers of these from the browser unasked. */
const callbackTransports: readonly string[] = ["htmlfile", "jsonp-polling"];

function enabledTransports(settings: ServerOptions): Set<Protocol> {
  const isOpen = settings.origins === "*";
  const enabled = new Set(
    settings.transports?.filter((name) => name !== "iframe") ??
      protocols.filter((name) => isOpen || !callbackTransports.includes(name)),
  );
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

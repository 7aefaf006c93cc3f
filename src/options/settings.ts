/**
 * The table of options, with their checks and defaults, and the settings that result.
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
  oneOf,
  show,
} from "./checks.ts";
import { aCluster } from "./cluster_options.ts";
import { refuseUnknown } from "./names.ts";
import type { LogSeverity, ServerOptions } from "./server_options.ts";
import type { SockJSNodeOptions } from "./spellings.ts";
import { anOriginList, anOriginPattern } from "./origins.ts";
import {
  bypassingProtocols,
  type Protocol,
  protocols,
  websocketProtocols,
} from "../protocol/transport_names.ts";
import { aPrefix } from "./prefix.ts";
import { aProxyList } from "./trust_proxy.ts";

/** Every option, under its own name. */
type OptionName = Exclude<keyof ServerOptions, keyof SockJSNodeOptions>;

/** How an option's value is checked, and its default. */
interface Row<Value = unknown> extends Check {
  readonly default?: Value;
  /** The spelling of sockjs-node, if it differs. */
  readonly alias?: keyof SockJSNodeOptions;
}

/** The name under which a server serves the client. */
export const clientName = "sockjs.min.js";

const onJsDelivr = "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js";

const cannot = "Cannot create a server";

const aCount = numberUpTo(Number.MAX_SAFE_INTEGER);
const aSize = numberUpTo(Number.MAX_SAFE_INTEGER, "bytes");
const aTime = numberUpTo(Number.MAX_SAFE_INTEGER, "milliseconds");
const aDelay = numberUpTo(2 ** 31 - 1, "milliseconds");

/**
 * A row for each option. The type demands one for each documented option, with a default of its
 * type, and no others.
 */
const table = {
  prefix: { ...aPrefix, default: "" },
  sockjsUrl: { ...either(aScriptUrl, aFunction), alias: "sockjs_url" },
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
  trustProxy: { ...either(aProxyList, aFunction), default: false },
  proxyHeader: { ...oneOf(["x-forwarded-for", "forwarded"]), default: "x-forwarded-for" },
  subprotocols: either(aSubprotocolList, aFunction),
  heartbeatTimeout: { ...aDelay, default: 10_000 },
  heartbeatFrames: { ...aBoolean, default: true },
  rawPings: { ...aBoolean, default: true },
  maxSessions: { ...aCount, default: 100_000 },
  maxMessageSize: { ...aSize, default: 1024 * 1024 },
  highWaterMark: { ...aSize, default: 64 * 1024 },
  maxBufferedBytes: { ...aSize, default: 16 * 1024 * 1024 },
  maxTotalBufferedBytes: { ...aSize, default: 256 * 1024 * 1024 },
  maxSubscriptions: { ...aCount, default: 1000 },
  maxTopicLength: { ...aCount, default: 256 },
  cluster: aCluster,
  baseUrl: { ...either(aBaseUrl, aFunction), alias: "base_url" },
  log: { ...aFunction, default: logErrors },
  fallback: aFunction,
} satisfies { readonly [Name in OptionName]: Row<ServerOptions[Name]> };

type Table = typeof table;

/** A checked option is what it is documented to be; with a default it is always there. */
type Checked = {
  readonly [Name in OptionName]: Table[Name] extends { readonly default: unknown }
    ? Exclude<ServerOptions[Name], undefined>
    : ServerOptions[Name];
};

/** The options after checks, with defaults. */
export interface Settings extends Omit<Checked, "sockjsIntegrity" | "transports"> {
  /** An absolute URL, a path from `/`, or relative to the iframe page; or a function that returns one. */
  readonly sockjsUrl: string | (() => string);
  readonly sockjsIntegrity: string | undefined;
  /** Those that are on. */
  readonly transports: ReadonlySet<Protocol>;
  /** Whether the iframe page is there. */
  readonly iframe: boolean;
}

const rows: readonly (readonly [string, Row])[] = Object.entries(table);

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
  for (const [name, row] of rows) values[name] = readOption(given, name, row);
  const settings = values as unknown as Checked;
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

/** Those of the ignored options that were passed. */
export function ignoredOptions(options: ServerOptions): string[] {
  const given = options as Readonly<Record<string, unknown>>;
  return ignored.filter((name) => given[name] !== undefined);
}

/** All names of options, in both spellings. */
export const optionNames: readonly string[] = rows
  .flatMap(([name, { alias }]) => alias === undefined ? [name] : [name, alias])
  .concat(ignored);

/** Our names of the options that sockjs-node spells in another way, with its spellings. */
export const sockjsNodeSpellings: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([name, { alias }]) => alias === undefined ? [] : [[name, alias] as const]),
);

/** The hash of the client; `true` stands for the hash of the client that is served. */
function readIntegrity({ sockjsIntegrity, serveClient }: Checked): string | undefined {
  if (sockjsIntegrity !== true) return sockjsIntegrity;
  if (serveClient?.integrity !== undefined) return serveClient.integrity;
  throw new TypeError(
    "Cannot create a server: sockjsIntegrity can be true only with a serveClient that has " +
      `an integrity, got ${serveClient === undefined ? "no serveClient" : "one without"}`,
  );
}

function enabledTransports(settings: Checked): Set<Protocol> {
  const isOpen = settings.origins === "*";
  const enabled = new Set(
    settings.transports?.filter((name) => name !== "iframe") ??
      protocols.filter((name) => isOpen || !bypassingProtocols.includes(name)),
  );
  const allWebsockets = settings.websocket ? [] : websocketProtocols;
  for (const name of [...settings.disabledTransports, ...allWebsockets]) {
    const off = name === "websockets" ? websocketProtocols : [name];
    for (const each of off) enabled.delete(each);
  }
  return enabled;
}

/** The default of the option `log`. */
export function logErrors(severity: LogSeverity, message: string): void {
  if (severity === "error") console.error(message);
}

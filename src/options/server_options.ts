/**
 * The options of a server, as documented; settings.ts reads them.
 *
 * @module
 */

import type { Protocol } from "../protocol/transport_names.ts";

/** How much a line of the log matters. */
export type LogSeverity = "debug" | "info" | "error";

/** The options of a server, as documented. */
export interface ServerOptions extends SockJSNodeOptions {
  /**
   * The path under which the service lives. A string with regular-expression
   * characters in it, such as `/(a|b)`, is one; `.` alone is literal. A regular
   * expression matches from the start of the path to the end of a segment, which is
   * also what `$` means in it. A slash at the end makes no difference.
   *
   * @default {""} the whole site
   */
  prefix?: string | RegExp | undefined;
  /**
   * Where the iframe page gets the stock client from: an absolute URL or a path
   * from `/`. It must be exactly the version that the page uses.
   *
   * @default what `serveClient` serves, or else
   * "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js"
   */
  sockjsUrl?: string | undefined;
  /**
   * Serves the stock client as `sockjs.min.js` under the prefix, for pages and for the
   * iframe page: `client` of the subpath `./served-client`, or another build.
   *
   * @default none
   */
  serveClient?: ClientBuild | undefined;
  /**
   * Makes browsers refuse a client in the iframe page that is not the one with this
   * hash, such as `"sha384-…"`; `true` stands for that of `serveClient`. Servers of other
   * origins must send the client with CORS headers then, as jsDelivr does.
   *
   * @default none
   */
  sockjsIntegrity?: string | true | undefined;
  /**
   * Whether the iframe page comes with a `Content-Security-Policy` that allows the
   * client, the page's own script and requests to its origin, and nothing else.
   *
   * @default {false}
   */
  contentSecurityPolicy?: boolean | undefined;
  /**
   * The transports that are on. `"iframe"` is the page for transports through an
   * iframe, which is on anyway where all `origins` are allowed.
   *
   * @default all of them; without `jsonp-polling`, `htmlfile` and the iframe page where
   * `origins` are restricted
   */
  transports?: readonly (Protocol | "iframe")[] | undefined;
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
   * Milliseconds after which a streaming response ends like that: with its next frame, which
   * is a heartbeat at the latest. Some proxies read on when their client has gone; so its
   * session ends after that time and `disconnectDelay`, and others come back.
   *
   * @default {300000}
   */
  responseTimeLimit?: number | undefined;
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
   * Whose pages may use the service: a list of origins such as
   * `"https://example.com"`, a RegExp that matches a whole origin, or a function that
   * is asked about each. Requests of others get 403 without CORS headers; so do
   * requests without an `Origin` that say `Sec-Fetch-Site: cross-site`. Others without
   * one, such as those of programs, pass.
   *
   * @default {"*"} all, as the protocol has it
   */
  origins?: "*" | readonly string[] | RegExp | OriginCheck | undefined;
  /**
   * Asked before a session opens: false refuses it with 403, a `Response` is sent
   * instead. With an object, `context` becomes `connection.context`; and where there
   * is a `key`, this is asked about every request for the session, and those that are
   * given another key get 403. Whatever else it gives is an error, and refuses with 403.
   * Must not read the request's body. If it throws, the answer is 500.
   *
   * @default everybody may
   */
  authorize?: Authorize | undefined;
  /**
   * Which of the subprotocols that a websocket's client offers is agreed on, raw or not: a list
   * in the order of preference, or a function that is asked where any are offered, after
   * `authorize`. It becomes `connection.subprotocol`. Where the function gives what was not
   * offered, that is an error, and none is agreed on; if it throws, the answer is 500.
   *
   * @default none is agreed on
   */
  subprotocols?: readonly string[] | ChooseSubprotocol | undefined;
  /**
   * Most bytes of a message, and of the body of a send. A longer body gets 413, before
   * it is read whole; a longer message on a websocket ends it with 1009. Bun refuses
   * by itself what is over its `maxPayloadLength` (16 MiB), with 1006, and Deno what is
   * over 64 MiB.
   *
   * @default {1048576}
   */
  maxMessageSize?: number | undefined;
  /**
   * Bytes that wait for a client, above which `write` gives false, until `drain`.
   *
   * @default {65536}
   */
  highWaterMark?: number | undefined;
  /**
   * Bytes that wait for a client, above which its connection is closed with 1008,
   * "Slow consumer".
   *
   * @default {16777216}
   */
  maxBufferedBytes?: number | undefined;
  /**
   * Bytes that wait in all sessions together: for clients, for the application to read them,
   * and to be complete. Above, new sessions and `/info` get 503, and those sessions that hold
   * more than a fair share (this, divided by all sessions) are closed with 1008, the largest
   * first; others are not.
   *
   * @default {268435456}
   */
  maxTotalBufferedBytes?: number | undefined;
  /**
   * Most sessions at a time, those included that have closed in the last
   * `disconnectDelay`. Above, new ones get 503.
   *
   * @default {100000}
   */
  maxSessions?: number | undefined;
  /**
   * Milliseconds for a websocket's peer to answer a ping, which goes out with each
   * heartbeat; any other message of its is an answer, too. Then it counts as gone.
   *
   * @default {10000}
   */
  heartbeatTimeout?: number | undefined;
  /**
   * Whether heartbeats on websockets have an `h` frame beside the ping. Clients may
   * rely on it.
   *
   * @default {true}
   */
  heartbeatFrames?: boolean | undefined;
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

/** Decides about an origin, as browsers send it; for the option `origins`. */
export type OriginCheck = (origin: string, request: Request) => boolean;

/** What a request is granted that may open a session. */
export interface Grant<Context = unknown> {
  /** Becomes `connection.context`. */
  readonly context?: Context | undefined;
  /** Whose session it is: later requests for it must be granted the same key. */
  readonly key?: string | undefined;
}

/** What the option `authorize` may give. */
export type AuthorizeResult = boolean | Response | Grant;

/** Decides about a request; for the option `authorize`. `info` is what the runtime gives. */
export type Authorize = {
  // A method, so that `info` may have the runtime's own type.
  ask(request: Request, info: unknown): AuthorizeResult | PromiseLike<AuthorizeResult>;
}["ask"];

/**
 * Chooses one of the subprotocols that a client offers, or none; for the option `subprotocols`.
 * `offered` has each once, in the client's order.
 */
export type ChooseSubprotocol = (
  offered: readonly string[],
  request: Request,
) => string | undefined | PromiseLike<string | undefined>;

/** A build of the stock client. */
export interface ClientBuild {
  /** JavaScript for browsers, as it is served. */
  readonly source: string;
  /** The hash of `source`, as pages put it into `integrity`: `"sha384-…"`. */
  readonly integrity?: string | undefined;
  /** The client's version; for your own use. */
  readonly version?: string | undefined;
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

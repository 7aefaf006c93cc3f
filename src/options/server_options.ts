/**
 * The documented options of a server. Their checks and defaults are in `settings.ts`.
 *
 * @module
 */

import type { ClusterOptions } from "./cluster_options.ts";
import type {
  Authorize,
  ChooseSubprotocol,
  ClientBuild,
  Fallback,
  OriginCheck,
  TrustProxy,
} from "./option_functions.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import type { SockJSNodeOptions } from "./spellings.ts";

/** How important a line of the log is. */
export type LogSeverity = "debug" | "info" | "error";

/** The options of a server. */
export interface ServerOptions extends SockJSNodeOptions {
  /**
   * The path under which the service lives. A string with pattern characters, such as
   * `/(a|b)`, is a regular expression; a `.` alone is literal. A regular expression matches
   * from the start of the path to the end of a segment, which is also what `$` means in it.
   * A slash at the end makes no difference.
   *
   * @default {""} the whole site
   */
  prefix?: string | RegExp | undefined;
  /**
   * The URL of the stock client for the iframe page: absolute, or a path that begins with `/`. The
   * client must be exactly the version that the page uses. Without `serveClient`, the default is
   * right only if your page loads the client from that same URL. If it does not, set this option.
   * A function is called for each request of the page. What it returns is used as it is.
   *
   * @default what `serveClient` serves, or else
   * "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js"
   */
  sockjsUrl?: string | (() => string) | undefined;
  /**
   * Serves the stock client as `sockjs.min.js` under the prefix, for pages and for the
   * iframe page: `client` of the subpath `./served-client`, or another build.
   *
   * @default none
   */
  serveClient?: ClientBuild | undefined;
  /**
   * The hash of the client in the iframe page, such as `"sha384-…"`: browsers refuse any other
   * client. `true` stands for the hash of `serveClient`. A server of another origin must then
   * send the client with CORS headers, as jsDelivr does.
   *
   * @default none
   */
  sockjsIntegrity?: string | true | undefined;
  /**
   * Whether the iframe page has a `Content-Security-Policy` that allows the client, the page's
   * own script, and requests and frames to the page's own origin, and nothing else.
   *
   * @default {false}
   */
  contentSecurityPolicy?: boolean | undefined;
  /**
   * The transports that are on. `"iframe"` stands for the page that some transports need. While
   * `origins` is `"*"`, that page is on even if this list does not name it; `disableCors` turns it
   * off.
   *
   * @default all; without `jsonp-polling`, `htmlfile` and the iframe page if `origins` is set
   */
  transports?: readonly (Protocol | "iframe")[] | undefined;
  /**
   * The transports that are off, out of those that `transports` allows. `"websockets"` stands
   * for both websocket transports.
   *
   * @default {[]}
   */
  disabledTransports?: readonly (Protocol | "websockets")[] | undefined;
  /**
   * Whether both websocket transports are on.
   *
   * @default {true}
   */
  websocket?: boolean | undefined;
  /**
   * Bytes after which a streaming response ends. The client then makes another request.
   *
   * @default {131072}
   */
  responseLimit?: number | undefined;
  /**
   * Milliseconds after which a streaming response ends with the next frame, which is a heartbeat
   * if nothing else is sent. The client then makes another request. Some proxies keep reading for a
   * client that has left; this limit ends such sessions.
   *
   * @default {300000}
   */
  responseTimeLimit?: number | undefined;
  /**
   * Milliseconds between heartbeats. Keep it below 35,000, because jsonp clients give up
   * after that time. On Bun, keep it below 245,000: Bun cuts a connection off after at most 255 s
   * without data, and 10 s are needed as a margin.
   *
   * @default {25000}
   */
  heartbeatDelay?: number | undefined;
  /**
   * A session ends after this many milliseconds without a receiving request (a stream, a poll or a
   * websocket). The process, too, may stay alive for this long after its last client has left.
   *
   * @default {5000}
   */
  disconnectDelay?: number | undefined;
  /**
   * Whether responses set the cookie `JSESSIONID`, which load balancers use for sticky
   * sessions; or a function that returns the whole `Set-Cookie` value for a request, or
   * `undefined`.
   *
   * @default {false}
   */
  jsessionid?: boolean | ((request: Request) => string | undefined) | undefined;
  /**
   * Turns off all CORS headers, and the iframe page.
   *
   * @default {false}
   */
  disableCors?: boolean | undefined;
  /**
   * Whose pages may use the service: a list of origins such as `"https://example.com"`, a
   * RegExp that matches a whole origin, or a function that decides about each. If the function
   * throws, the request gets 403, and the error is reported. Requests from other origins get 403
   * without CORS headers, on `/info` and on all transports. Requests without `Origin`, but with
   * `Sec-Fetch-Site: cross-site`, get 403 as well. Other requests without `Origin`, such as those
   * of programs, are allowed.
   *
   * @default {"*"} all origins
   */
  origins?: "*" | readonly string[] | RegExp | OriginCheck | undefined;
  /**
   * Called before a session opens. Return `true` to allow the session. Return an object with a
   * `context`, a `key` or both to allow it and set `connection.context`. A `Response` is sent
   * unchanged. For `false` or any other value, the request gets 403; any other value is also
   * reported as an error. If `authorize` returns a `key`, it is called again for each later
   * request of the session, and must return the same key; otherwise the request gets 403. If the
   * function throws, the response is 500. It must not read the request's body.
   *
   * @default allows everyone
   */
  authorize?: Authorize | undefined;
  /**
   * The proxies in front of this server whose word about the client's address counts. They are
   * given as one of these:
   *
   * - a list of addresses and ranges, such as `["10.0.0.0/8", "2001:db8::/32"]`. This is the safest
   *   choice if you know the addresses of your proxies. The names `loopback`, `linklocal` and
   *   `uniquelocal` stand for ranges of such addresses;
   * - a number: how many proxies each request passes. With 1, the last address of the header is the
   *   client's. If the number is too large, or if clients reach the server without a proxy, a
   *   client can forge its address;
   * - a function that decides about each address. If it throws or returns anything but a boolean,
   *   that is reported, and the address is not trusted.
   *
   * The header that `proxyHeader` names is read from the right, up to the first address that is not
   * trusted. That is `connection.remoteAddress`. What is not an address ends the search, and the
   * last address before it counts. The other end of a unix socket counts as `127.0.0.1`. `true` is
   * refused: any client could forge its address.
   *
   * @default {false}
   */
  trustProxy?: false | number | readonly string[] | TrustProxy | undefined;
  /**
   * The one header in which `trustProxy` looks for addresses. Proxies pass the other header on as
   * the client sent it, so that one is never read. `"forwarded"` is the header of RFC 7239; use it
   * only if your proxy sets it.
   *
   * @default {"x-forwarded-for"}
   */
  proxyHeader?: "x-forwarded-for" | "forwarded" | undefined;
  /**
   * The subprotocols that you accept: a list in your order of preference, or a function that
   * chooses. The function is called after `authorize`, if the client offers any. If it returns a
   * name that the client did not offer, an error is reported, and the websocket opens without a
   * subprotocol. If the function throws, the response is 500. The result is
   * `connection.subprotocol`.
   *
   * @default none is accepted
   */
  subprotocols?: readonly string[] | ChooseSubprotocol | undefined;
  /**
   * The maximum size in bytes of a websocket message, and of an HTTP request that sends messages. A
   * longer request gets 413 before it is read to the end. A longer message on a websocket closes it
   * with 1009. Bun itself closes a websocket with 1006 for a message over its `maxPayloadLength` (16
   * MiB), and Deno for one over 64 MiB.
   *
   * @default {1048576}
   */
  maxMessageSize?: number | undefined;
  /**
   * If more bytes than this wait for a client, `write` returns false, until `drain`.
   *
   * @default {65536}
   */
  highWaterMark?: number | undefined;
  /**
   * If more bytes than this wait for a client, its connection is closed with 1008, "Slow consumer".
   *
   * @default {16777216}
   */
  maxBufferedBytes?: number | undefined;
  /**
   * The maximum size in bytes of all data waiting in the server: messages to clients, messages that
   * the application has not read, and request bodies that are still arriving. Above this limit, new
   * sessions and `/info` get 503. Sessions that hold more than a fair share (the limit divided by
   * the number of sessions) are closed with 1008, the largest first; others are not closed.
   *
   * @default {268435456}
   */
  maxTotalBufferedBytes?: number | undefined;
  /**
   * The maximum number of sessions at a time, including sessions over HTTP that have closed within
   * the last `disconnectDelay`. Above this limit, new sessions get 503.
   *
   * @default {100000}
   */
  maxSessions?: number | undefined;
  /**
   * How many topics a connection may subscribe to. Above it, `subscribe` throws a `RangeError`.
   *
   * @default {1000}
   */
  maxSubscriptions?: number | undefined;
  /**
   * The maximum length of a topic in UTF-16 units. For a longer one, `subscribe` and `publish` throw
   * a `RangeError`.
   *
   * @default {256}
   */
  maxTopicLength?: number | undefined;
  /**
   * The other processes that get what is published and broadcast here, and the bus that connects them.
   *
   * @default none
   */
  cluster?: ClusterOptions | undefined;
  /**
   * Milliseconds in which a websocket client has to answer the ping that goes out with each
   * heartbeat. Any other message from it counts as an answer. If none comes, its session ends. While
   * data is waiting for the client, and while the connection is paused, the time does not run.
   *
   * @default {10000}
   */
  heartbeatTimeout?: number | undefined;
  /**
   * Whether websockets get an `h` frame in addition to each ping. Set it to `false` only if none of
   * your clients needs these frames.
   *
   * @default {true}
   */
  heartbeatFrames?: boolean | undefined;
  /**
   * Whether raw websockets get pings. Without pings, a dead peer is found by TCP keep-alive on
   * Node, and not at all on other runtimes. On `Bun.serve`, Bun sends pings of its own.
   *
   * @default {true}
   */
  rawPings?: boolean | undefined;
  /**
   * The URL to which `/info` sends clients, or a function that returns one. It is absolute,
   * without a slash at the end.
   *
   * @default none
   */
  baseUrl?: string | (() => string) | undefined;
  /**
   * Called with each line of the server's log: errors; with `info`, refusals and their reasons, at
   * most one line a minute for each kind; with `debug`, each connection's beginning and end. Text of
   * clients is escaped and cut, so that no client can forge a line.
   *
   * @default prints errors to the console, drops the rest
   */
  log?: ((severity: LogSeverity, message: string) => void) | undefined;
  /**
   * Handles requests whose path is not under `prefix`. If it returns nothing, the response is
   * 404. On Bun, a fallback that has upgraded the request with `server.upgrade` returns nothing.
   *
   * @default responds with 404
   */
  fallback?: Fallback | undefined;
}

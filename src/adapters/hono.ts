/**
 * SockJS as middleware for [Hono](https://hono.dev), on Deno, Bun and Node.
 *
 * @example Deno
 * ```ts ignore
 * import { createServer } from "@sockjs/web";
 * import { sockjs } from "@sockjs/web/hono";
 * import { Hono } from "hono";
 *
 * const echo = createServer({ prefix: "/echo" });
 * const app = new Hono();
 * app.use(sockjs(echo));
 * Deno.serve(app.fetch);
 * ```
 *
 * @example Bun
 * ```ts ignore
 * Bun.serve({ fetch: app.fetch, websocket: echo.websocket });
 * ```
 *
 * @example Node, with SockJS on the HTTP server below Hono instead of `app.use`
 * ```ts ignore
 * import { serve } from "@hono/node-server";
 * import { installHandlers } from "sockjs-web/node";
 *
 * installHandlers(echo, serve(app));
 * ```
 *
 * @module
 */

import {
  isNodeServerEnv,
  nodeServerRuntime,
  sendable,
  type UpgradeEvents,
  type UpgradeWebSocket,
} from "./hono_node_server.ts";

import { show } from "../options/checks.ts";
import { checkNames } from "./option_checks.ts";
import type { SockJSServer } from "./sockjs_server.ts";

export type { SockJSServer, UpgradeEvents, UpgradeWebSocket };

/** The part of Hono's context that this library uses. */
export interface HonoContext {
  /** The request; `raw` is the runtime's own. */
  readonly req: { readonly raw: Request };
  /** The second argument of `app.fetch`. */
  readonly env: unknown;
  /** The response so far. */
  res: Response;
  /** Whether there is a response. */
  finalized: boolean;
}

/** A middleware function, for `app.use`. */
export type Middleware = (
  context: HonoContext,
  next: () => Promise<void>,
) => Promise<Response | void>;

/** Options of {@linkcode sockjs}. */
export interface HonoOptions {
  /**
   * `upgradeWebSocket` from `@hono/node-server`. Without it, middleware has no websockets on Node,
   * and the log warns of this. On other runtimes it is not used.
   */
  readonly upgradeWebSocket?: UpgradeWebSocket | undefined;
}

/**
 * Turns a SockJS server into middleware, which responds to the requests under the server's `prefix`
 * and leaves all others to the next middleware.
 *
 * The prefix is the whole path, even under `basePath` and `route`. Register this middleware before
 * `cors()`, which overwrites headers that requests with cookies need, and before `etag()`, which
 * holds streams back until they end.
 *
 * @example
 * ```ts ignore
 * app.use(sockjs(createServer({ prefix: "/echo" })));
 * ```
 *
 * @throws {TypeError} If `server` is not a SockJS server, or an option is unknown or invalid.
 */
export function sockjs(server: SockJSServer, options: HonoOptions = {}): Middleware {
  if (typeof server?.matches !== "function") {
    throw new TypeError("Cannot make middleware: the first argument must be a SockJS server");
  }
  checkOptions(options ?? {});
  const bindNodeServer = nodeServerRuntime(
    options?.upgradeWebSocket,
    (message) => server.warnOnce(message),
  );
  return async (context, next) => {
    const { env, req: { raw: request } } = context;
    if (!server.matches(request.url)) return await next();
    const info = isNodeServerEnv(env) ? bindNodeServer(env, context) : infoOf(env);
    const response = await server.handle(request, info);
    if (response.status === switchingProtocols) return seal(context, response);
    return respond(context, isNodeServerEnv(env) ? sendable(response, env) : response);
  };

  function respond(context: HonoContext, response: Response): Response {
    context.res = response;
    if (context.res !== response) checkOrigin(server, response, context.res);
    return context.res;
  }
}

function checkOptions(options: HonoOptions): void {
  const cannot = "Cannot make middleware";
  checkNames(cannot, options, ["upgradeWebSocket"]);
  const { upgradeWebSocket } = options;
  if (upgradeWebSocket !== undefined && typeof upgradeWebSocket !== "function") {
    throw new TypeError(
      `${cannot}: the option upgradeWebSocket must be the one from @hono/node-server, ` +
        `got ${show(upgradeWebSocket)}`,
    );
  }
}

const switchingProtocols = 101;

/** The runtime's second argument. Some applications pass it as `server`. */
function infoOf(env: unknown): unknown {
  return (env as { server?: unknown } | null | undefined)?.server ?? env;
}

/**
 * Keeps other middleware from replacing the response, by headers or errors: if an upgrade gets
 * another response, Deno ends the whole server.
 */
function seal(context: HonoContext, response: Response): Response {
  context.finalized = true;
  Object.defineProperties(context, {
    res: { get: () => response, set() {} },
    header: { value() {} },
  });
  return response;
}

const allowOrigin = "Access-Control-Allow-Origin";

/** Warns of earlier middleware, whose headers Hono puts in the place of ours. */
function checkOrigin(server: SockJSServer, ours: Response, sent: Response): void {
  const origin = ours.headers.get(allowOrigin);
  if (origin === null || origin === "*" || sent.headers.get(allowOrigin) === origin) return;
  server.warnOnce(
    `Middleware before sockjs(server) overwrites ${allowOrigin}, so browsers refuse ` +
      "requests with cookies: call app.use(sockjs(server)) before app.use(cors())",
  );
}

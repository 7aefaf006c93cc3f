/**
 * The server: takes options, and has the request handler and the connections.
 *
 * @module
 */

import { forbidden } from "../routing/authorization.ts";
import { Connection } from "../connection/connection.ts";
import { Emitter } from "../connection/emitter.ts";
import { methodNotAllowed, misled, notFound } from "../http/errors.ts";
import { callListeners } from "../connection/call_listeners.ts";
import { ClusterRelay } from "./cluster_relay.ts";
import { Responder } from "./responder.ts";
import { ErrorReporter } from "./error_reporter.ts";
import { type Connections, OpenConnections } from "../connection/open_connections.ts";
import type { ServerOptions } from "../options/server_options.ts";
import { quoted } from "../protocol/quoted.ts";
import { OptionCallbacks } from "./option_callbacks.ts";
import { isLiteral, type PrefixMatcher, prefixMatcher } from "../options/prefix.ts";
import type { HandlerResult } from "../routing/route.ts";
import { createRoutes } from "./route_table.ts";
import { pathOf, Router } from "../routing/router.ts";
import { type RequestRuntime, runtimeOf } from "../runtimes/runtime.ts";
import type { WebSocketHandlers } from "../runtimes/bun_websockets.ts";
import { Call, type Service } from "../routing/call.ts";
import { Session } from "../session/session.ts";
import { ServerLog } from "../session/server_log.ts";
import { defaultRuntime } from "./default_runtime.ts";
import type { ServerEvents } from "./server_events.ts";
import { SessionStore } from "../session/session_store.ts";
import { ignoredOptions, logErrors, readOptions, type Settings } from "../options/settings.ts";
import { type SharedSessions, sharedSessions } from "./shared_sessions.ts";
import { logNoRoute } from "./no_route.ts";
import { type CloseOptions, defaultTimeout, shutDown } from "./shutdown.ts";
import { isThenable } from "../event_loop/thenable.ts";
import { exceptedBy, type PublishOptions, Topics } from "../connection/topics.ts";

/**
 * A SockJS service: a fetch handler, and the connections that come through it.
 *
 * @example Deno
 * ```ts
 * import { Server } from "@sockjs/web";
 *
 * const echo = new Server({ prefix: "/echo" });
 * echo.on("connection", (connection) => {
 *   connection.on("data", (message) => connection.write(message));
 * });
 * Deno.serve({ port: 8081 }, echo.handler);
 * ```
 *
 * @example Bun
 * ```ts ignore
 * Bun.serve({ port: 8081, fetch: echo.handler, websocket: echo.websocket });
 * ```
 *
 * @example With `deno serve` and `bun run`, as a module's default export
 * ```ts ignore
 * export default echo;
 * ```
 *
 * @typeParam Context What the application keeps in `connection.context`.
 */
export class Server<Context = unknown> extends Emitter<ServerEvents<Context>> {
  readonly #matchPrefix: PrefixMatcher;
  readonly #hasPattern: boolean;
  readonly #router: Router;
  readonly #errors: ErrorReporter;
  /** Absent if the option `log` is not given: then nothing about clients is put into words. */
  readonly #log: ServerLog | undefined;
  readonly #responder: Responder;
  readonly #callbacks: OptionCallbacks;
  readonly #service: Service;
  readonly #runtime = defaultRuntime().ofRequests;
  readonly #open: OpenConnections<Context>;
  readonly #relay: ClusterRelay<Context> | undefined;
  readonly #shared: SharedSessions | undefined;
  #closed: Promise<void> | undefined;

  /**
   * {@linkcode Server.handle}, bound to this server. It responds to every request. Those outside
   * the prefix go to the option `fallback`, or get a 404.
   */
  readonly handler: (request: Request, info?: unknown) => Response | Promise<Response>;
  /** The same function, under the name that `deno serve` and `bun run` look for. */
  readonly fetch: (request: Request, info?: unknown) => Response | Promise<Response>;
  /** For `Bun.serve`; one object serves all servers. Other runtimes do not need it. */
  readonly websocket: WebSocketHandlers;
  /** The open connections. */
  readonly connections: Connections<Context>;

  /**
   * Makes a service; the same as `createServer`.
   *
   * @param options See {@linkcode ServerOptions}.
   * @throws {TypeError} If an option is unknown or its value is invalid.
   */
  constructor(options: ServerOptions = {}) {
    super();
    const settings = readOptions(options);
    this.#matchPrefix = prefixMatcher(settings.prefix);
    this.#hasPattern = !isLiteral(settings.prefix);
    this.#router = new Router(createRoutes(settings));
    this.#errors = new ErrorReporter(this, settings.log);
    for (const name of ignoredOptions(options)) {
      this.#errors.log("info", `The option ${name} is ignored`);
    }
    if (settings.log !== logErrors) {
      this.#log = new ServerLog((severity, line) => this.#errors.log(severity, line));
    }
    this.#responder = new Responder(this.#errors);
    this.#callbacks = new OptionCallbacks(settings, this.#errors, this.#log);
    this.#shared = sharedSessions(settings.cluster, () => this.#service, this.#errors);
    this.#service = this.#createService(settings);
    this.#open = new OpenConnections(this, this.#service.sessions, new Topics(settings));
    const failed = (error: unknown) => this.#errors.report(error);
    const gap = () => callListeners(this, "gap", undefined, { failed });
    this.#relay = settings.cluster &&
      new ClusterRelay(settings.cluster, this.#open, this.#errors, gap);
    this.handler = this.fetch = (request, info) => this.handle(request, info);
    this.websocket = defaultRuntime().websocketHandlers as WebSocketHandlers;
    this.connections = this.#open.list;
  }

  /**
   * Responds to a request.
   *
   * @param info The second argument that the runtime passes: Deno's
   * `ServeHandlerInfo`, Bun's `Server`. Bun needs it for websockets.
   * @returns The response; a promise of it only if the server has to wait.
   * Never throws and never rejects. After an upgrade, return it as it is.
   */
  handle(request: Request, info?: unknown): Response | Promise<Response> {
    let runtime: RequestRuntime | undefined;
    try {
      runtime = runtimeOf(info) ?? this.#runtime(request, info);
      const reply = this.#reply(request, info, runtime);
      return isThenable(reply)
        ? this.#responder.respondLater(reply, request, runtime)
        : this.#responder.respond(reply, request, runtime);
    } catch (error) {
      return this.#responder.failed(error, request, runtime);
    }
  }

  /**
   * Whether a request with that URL, or path, is for this server, because it is under its
   * `prefix`. For adapters, which leave all other requests to other handlers.
   */
  matches(url: string): boolean {
    const { start, end } = pathOf(url);
    return this.#matchPrefix(url, start, end) >= 0;
  }

  /** Whether a GET of that URL, or path, may open a websocket. For adapters. */
  upgrades(url: string): boolean {
    const { start, end } = pathOf(url);
    const prefixEnd = this.#matchPrefix(url, start, end);
    return prefixEnd >= 0 && this.#router.find(url, prefixEnd, end)?.route.upgrades === true;
  }

  /** Logs a mistake in the application's setup, once. For adapters. */
  warnOnce(message: string): void {
    this.#errors.warnOnce(message);
  }

  /**
   * Announces that the service will end: from now on, `/info` gets a 503, so that a load balancer
   * with health checks sends new clients elsewhere. Sessions, old and new, go on as before. Wait
   * until the balancer has noticed, then call {@linkcode Server.close}. Further calls have no effect.
   */
  drain(): void {
    this.#service.sessions.isDraining = true;
  }

  /** Whether `drain` or `close` was called: `/info` gets a 503. */
  get draining(): boolean {
    return this.#service.sessions.isDraining;
  }

  /**
   * Ends the service: new sessions are refused with a 503. Open ones get what was written to them,
   * and a close frame. Further calls have no effect.
   *
   * @returns Resolves when all connections have ended or were cut off. After that, the service has
   * no timers that keep the process alive. Close the HTTP server yourself, afterwards.
   * @throws {RangeError} If `code` is not an integer from 0 to 65535, or `timeout` or `spread` is
   * not a valid number of milliseconds.
   * @throws {TypeError} If the reason is not a string.
   */
  close(options: CloseOptions = {}): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = this.#end(shutDown(this.#service.sessions, options), options);
      this.drain();
    }
    return this.#closed;
  }

  async #end(closed: Promise<void>, { timeout = defaultTimeout }: CloseOptions): Promise<void> {
    await Promise.all([closed, this.#shared?.close(timeout)]);
    await this.#shared?.leave();
    this.#log?.writeCounts();
    this.#relay?.close();
  }

  /** The same as {@linkcode Server.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Sends a message to all open connections, encoded once for all of them.
   *
   * @throws {TypeError} If the message is not a string.
   * @throws {RangeError} If the message alone is larger than `maxBufferedBytes`, or than the bus of the
   * cluster takes. It is not sent.
   */
  broadcast(message: string): void {
    this.#open.broadcast(message);
  }

  /**
   * Sends a message to all subscribers of a topic, encoded once for all of them. A slow client holds
   * no other back. Each gets the messages of a topic in the order in which they were published.
   *
   * @param options `{ except: connection }` leaves out one connection.
   * @throws {TypeError} If the topic or the message is not a string, or if the options are not as
   * above.
   * @throws {RangeError} If the topic is longer than `maxTopicLength`, or if the message alone is
   * larger than `maxBufferedBytes`, or than the bus of the cluster takes. It is not sent.
   */
  publish(topic: string, message: string, options?: PublishOptions): void {
    const except = options === undefined ? undefined : exceptedBy(options);
    this.#open.publish(topic, message, except);
  }

  /** How many connections of this server subscribe to a topic. */
  subscriberCount(topic: string): number {
    return this.#open.topics.count(topic);
  }

  #reply(
    request: Request,
    info: unknown,
    runtime: RequestRuntime,
  ): HandlerResult | PromiseLike<HandlerResult> {
    const { url } = request;
    const { start, end } = pathOf(url);
    const prefixEnd = this.#matchPrefix(url, start, end);
    if (prefixEnd < 0) return this.#callbacks.fallBack(request, info);
    if (runtime.hasItsPath?.(url, start) === false) {
      this.#log?.refused("host");
      return misled();
    }
    const match = this.#router.find(url, prefixEnd, end);
    if (match === undefined) {
      logNoRoute(this.#service, url, start, prefixEnd, end);
      return notFound();
    }
    const { route, sessionId } = match;
    if (!route.isPublic && !this.#callbacks.allows(request)) {
      return forbidden();
    }
    // Under another prefix, which a pattern may match as well, an id is another session's.
    const key = this.#hasPattern && sessionId !== ""
      ? `${url.slice(start, prefixEnd)}/${sessionId}`
      : sessionId;
    const call = new Call(this.#service, request, info, runtime, key, url, start, prefixEnd);
    const handler = route.handlers.get(request.method);
    if (handler !== undefined) return handler(call);
    this.#log?.refused("method", () => `${quoted(request.method)}, allowed are ${route.allow}`);
    return methodNotAllowed(route.allow, route.headers(call));
  }

  #createService(settings: Settings): Service {
    const sessions = new SessionStore(settings);
    const callbacks = this.#callbacks;
    sessions.report = (error) => this.#errors.report(error);
    sessions.log = this.#log;
    return {
      settings,
      sessions,
      showsRequests: callbacks.showsRequests,
      authorization: callbacks.authorization,
      proxies: callbacks.proxies,
      carrier: this.#shared,
      createSession: (clientInfo, grant, id = "", isRaw = false) => {
        const session = new Session(sessions, clientInfo, id, isRaw, grant.key);
        const connection = new Connection(session, this.#open);
        connection.context = grant.context as Context;
        sessions.add(session);
        return session;
      },
      cookie: (request) => callbacks.cookie(request),
      subprotocol: (request) => callbacks.subprotocol(request),
      baseUrl: () => callbacks.baseUrl(),
      warnOnce: (message) => this.#errors.warnOnce(message),
    };
  }
}

/**
 * SockJS on servers of `node:http`, `node:https` and `node:http2`, next to anything
 * else that they serve: Express, Koa, Fastify, or a listener of your own.
 *
 * @example
 * ```ts ignore
 * import http from "node:http";
 * import { createServer } from "sockjs-web";
 * import { installHandlers } from "sockjs-web/node";
 *
 * const echo = createServer({ prefix: "/echo" });
 * echo.on("connection", (connection) => {
 *   connection.on("data", (message) => connection.write(message));
 * });
 *
 * const server = http.createServer((_request, response) => response.end("Hello"));
 * installHandlers(echo, server);
 * server.listen(8081);
 * ```
 *
 * @module
 */

import { show } from "../options/checks.ts";
import { deferCloses, restoreCloses } from "../runtimes/node/leaving_session.ts";
import { targetOf } from "../runtimes/node/request.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../runtimes/node/types.ts";
import { WsServer } from "../runtimes/node/ws_server.ts";
import { type Emitting, intercept, isTaken, markAsTaken } from "./listener_interceptor.ts";
import { NodeHandler } from "./node_handler.ts";
import { checkNames } from "./option_checks.ts";

import type { SockJSServer } from "./sockjs_server.ts";

export type { Emitting, SockJSServer };

/** The part of Node's HTTP server (`http`, `https`, or `http2`) that this library uses. */
export interface HttpServer extends Emitting {
  /** As in Node. */
  emit(event: string, ...args: unknown[]): boolean;
}

/** How a SockJS server is installed. */
export interface InstallOptions {
  /**
   * Compression of websocket messages: the option `perMessageDeflate` of the package `ws`. It costs
   * memory and time for each connection. Bun compresses with settings of its own.
   *
   * @default {false}
   */
  perMessageDeflate?: boolean | object | undefined;
  /**
   * The maximum size in bytes of a websocket message, if it is to be smaller than the server's option
   * `maxMessageSize`, which is for all transports.
   *
   * @default `maxMessageSize`
   */
  maxPayload?: number | undefined;
}

/** A SockJS server on an HTTP server. */
export interface Installation {
  /** Removes the SockJS server; open connections stay open. */
  detach(): void;
}

/** The part of a Node request (HTTP/1 or HTTP/2) that this library uses. */
export interface NodeRequest {
  /** As in Node: path and query. */
  readonly url?: string | undefined;
  /** As in Node. */
  readonly headers: object;
}

/** The part of a Node response that this library uses. */
export interface NodeResponse {
  /** As in Node. */
  readonly headersSent: boolean;
  /** As in Node. */
  readonly writableEnded: boolean;
}

/** Returns true if SockJS handles the request, false if it left it untouched. */
export type RequestListener = (req: NodeRequest, res: NodeResponse) => boolean;

const howToUpgrade = "No websockets: a request listener cannot open them. Call " +
  "installHandlers(server, httpServer) as well, or set the server's option websocket to false";

const installations = new WeakMap<HttpServer, Map<SockJSServer, Installation>>();

/**
 * Puts a SockJS server before all listeners that an HTTP server has, or gets later. Requests and
 * upgrades whose path is under its `prefix` reach no other listener. (An exception is a target that
 * is an absolute URL in which `new URL()` might find a different path.) Other requests and upgrades
 * go to those listeners, unchanged and in order. If there are none, the SockJS server's `fallback`
 * responds, or a 404.
 *
 * @throws {TypeError} If an argument is not a server, an option is unknown or invalid, or the
 * SockJS server is already installed on this HTTP server.
 */
export function installHandlers(
  server: SockJSServer,
  httpServer: HttpServer,
  options: InstallOptions = {},
): Installation {
  check(server, httpServer, options);
  const handler = new NodeHandler(server);
  const websockets = new WsServer(options ?? {});

  const requests = intercept(
    httpServer,
    "request",
    (req: IncomingMessage, res: ServerResponse) => handler.request(req, res, isLast),
  );
  const isLast = () => requests.hasNoOthers;
  const upgrades = intercept(
    httpServer,
    "upgrade",
    (req: IncomingMessage, socket: NodeSocket, rest: Uint8Array) =>
      handler.upgrade(req, socket, rest, whereFrom),
  );
  const whereFrom = { httpServer, websockets, isLast: () => upgrades.hasNoOthers };

  const installation: Installation = {
    detach() {
      // In reverse order, so that each finds what it has put in place.
      upgrades.detach();
      requests.detach();
      installed.delete(server);
      if (installed.size === 0) restoreCloses(httpServer);
    },
  };
  const installed = installations.get(httpServer) ?? new Map();
  deferCloses(httpServer);
  installations.set(httpServer, installed.set(server, installation));
  return installation;
}

/**
 * Makes a request listener for a framework's middleware or hooks. Use it if the framework has
 * several HTTP servers, or if other middleware should run before SockJS. It handles requests under
 * the server's `prefix`, for the HTTP transports only. Websockets need {@linkcode installHandlers}
 * on the HTTP server.
 *
 * @example Fastify, which opens one HTTP server per address of `localhost`
 * ```ts ignore
 * const listener = requestListener(echo);
 * fastify.addHook("onRequest", (request, reply, done) => {
 *   if (listener(request.raw, reply.raw)) reply.hijack();
 *   else done();
 * });
 * installHandlers(echo, fastify.server); // websockets; Fastify passes all upgrades to this server
 * ```
 *
 * @throws {TypeError} If the argument is not a SockJS server.
 */
export function requestListener(server: SockJSServer): RequestListener {
  checkServer(server, "Cannot make a request listener: server must be a SockJS server");
  const handler = new NodeHandler(server);
  const isLast = () => false;
  return (req, res) => {
    if (isTaken(req)) return true;
    const message = req as unknown as IncomingMessage;
    const isOurs = handler.request(message, res as unknown as ServerResponse, isLast);
    if (!isOurs) return false;
    markAsTaken(req);
    if (message.headers["upgrade"] !== undefined && server.upgrades(targetOf(message))) {
      server.warnOnce(howToUpgrade);
    }
    return true;
  };
}

/** Removes a SockJS server from an HTTP server; open connections stay open. */
export function detach(server: SockJSServer, httpServer: HttpServer): void {
  installations.get(httpServer)?.get(server)?.detach();
}

function checkOptions(options: InstallOptions): void {
  const cannot = "Cannot install handlers";
  checkNames(cannot, options, ["perMessageDeflate", "maxPayload"]);
  const { perMessageDeflate, maxPayload = 1 } = options;
  if (!["undefined", "boolean", "object"].includes(typeof perMessageDeflate)) {
    throw new TypeError(
      `${cannot}: the option perMessageDeflate must be a boolean or an object of options for ws, ` +
        `got ${show(perMessageDeflate)}`,
    );
  }
  if (!(typeof maxPayload === "number" && maxPayload >= 1)) {
    throw new TypeError(
      `${cannot}: the option maxPayload must be a number of bytes, got ${show(maxPayload)}`,
    );
  }
}

function check(server: SockJSServer, httpServer: HttpServer, options: InstallOptions): void {
  const cannot = "Cannot install handlers:";
  checkServer(server, `${cannot} server must be a SockJS server`);
  // An application of Express's is an emitter, too, but nothing listens to it.
  if (typeof httpServer?.rawListeners !== "function" || !("listening" in httpServer)) {
    const hint = "Express: what app.listen() returns; Koa: http.createServer(app.callback()); " +
      "Fastify: fastify.server";
    throw new TypeError(`${cannot} httpServer must be an HTTP server (${hint})`);
  }
  checkOptions(options ?? {});
  if (installations.get(httpServer)?.has(server)) {
    throw new TypeError(`${cannot} this SockJS server is already installed on this HTTP server`);
  }
}

function checkServer(server: SockJSServer, message: string): void {
  if (typeof server?.matches !== "function") throw new TypeError(message);
}

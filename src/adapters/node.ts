/**
 * SockJS on servers of `node:http`, `node:https` and `node:http2`, beside whatever
 * else they serve: Express, Koa, Fastify, or a listener of your own.
 *
 * @example
 * ```ts ignore
 * import { createServer } from "node:http";
 * import { createServer as createSockJS } from "sockjs-web";
 * import { installHandlers } from "sockjs-web/node";
 *
 * const echo = createSockJS({ prefix: "/echo" });
 * echo.on("connection", (connection) => {
 *   connection.on("data", (message) => connection.write(message));
 * });
 *
 * const server = createServer((_request, response) => response.end("Hello"));
 * installHandlers(echo, server);
 * server.listen(8081);
 * ```
 *
 * @module
 */

import { answerTo, NodeInfo } from "../runtimes/node/info.ts";
import { lazyRequest } from "../runtimes/node/request.ts";
import { sendResponse } from "../runtimes/node/response.ts";
import { answered } from "../runtimes/node/sink.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../runtimes/node/types.ts";
import { WebSockets } from "../runtimes/node/websockets.ts";
import { type Emitting, Overshadowing } from "./overshadowing.ts";

import type { SockJSServer } from "./sockjs_server.ts";

export type { Emitting, SockJSServer };

/** What is used of a server of Node's: of `http`, `https`, or `http2` in its compatibility mode. */
export interface HttpServer extends Emitting {
  /** As in Node. */
  emit(event: string, ...args: unknown[]): boolean;
}

/** How a SockJS server is installed. */
export interface InstallOptions {
  /**
   * Compression of websocket messages, as the package `ws` takes it under that
   * name. It costs memory and time for each connection.
   *
   * @default {false}
   */
  perMessageDeflate?: boolean | object | undefined;
}

/** A SockJS server on an HTTP server. */
export interface Installation {
  /** Takes it away; open connections live on. */
  detach(): void;
}

const installations = new WeakMap<HttpServer, Map<SockJSServer, Installation>>();

/**
 * Puts a SockJS server before the listeners that an HTTP server has. Requests and
 * upgrades whose path is not under its `prefix` go to these, untouched and in
 * order; where there are none, the server's `fallback` answers, or a 404.
 *
 * Listeners that are added later hear of all requests, those of SockJS included:
 * install last.
 *
 * @throws {TypeError} If one of them is not a server, or both are together already.
 */
export function installHandlers(
  server: SockJSServer,
  httpServer: HttpServer,
  options: InstallOptions = {},
): Installation {
  check(server, httpServer);
  const websockets = new WebSockets(options.perMessageDeflate ?? false);

  const handle = (info: NodeInfo): void => {
    const response = server.handle(lazyRequest(info), info);
    // A response of its own is what the option `fallback` gives.
    if (response === answered) return;
    Promise.resolve(response).then((response) => sendResponse(response, info)).catch((error) => {
      server.complain(`Cannot send the response of the option fallback: ${error}`);
      info.answer.destroy();
    });
  };

  const requests = new Overshadowing(
    httpServer,
    "request",
    (req: IncomingMessage, res: ServerResponse) => {
      if (!server.matches(req.url ?? "") && !requests.isAlone) return false;
      handle(new NodeInfo(req, res, websockets));
      return true;
    },
  );
  const upgrades = new Overshadowing(
    httpServer,
    "upgrade",
    (req: IncomingMessage, socket: NodeSocket, head: Uint8Array) => {
      const isOurs = server.matches(req.url ?? "");
      if (!isOurs && !upgrades.isAlone) return false;
      // Before anything else: without a listener, an error would end the process.
      socket.on("error", () => {});
      if (isOurs) handle(new NodeInfo(req, undefined, websockets, head));
      // Without our listener for upgrades, Node would have taken it for a request.
      else httpServer.emit("request", req, answerTo(req));
      return true;
    },
  );

  const installation: Installation = {
    detach() {
      requests.detach();
      upgrades.detach();
      installations.get(httpServer)?.delete(server);
    },
  };
  const installed = installations.get(httpServer) ?? new Map();
  installations.set(httpServer, installed.set(server, installation));
  return installation;
}

/** Takes a SockJS server off an HTTP server; open connections live on. */
export function detach(server: SockJSServer, httpServer: HttpServer): void {
  installations.get(httpServer)?.get(server)?.detach();
}

function check(server: SockJSServer, httpServer: HttpServer): void {
  if (typeof server?.matches !== "function") {
    throw new TypeError("Cannot install handlers: there is no SockJS server");
  }
  // An application of Express's is an emitter, too, but nothing listens to it.
  if (typeof httpServer?.rawListeners !== "function" || !("listening" in httpServer)) {
    throw new TypeError("Cannot install handlers: they want the HTTP server itself");
  }
  if (installations.get(httpServer)?.has(server)) {
    throw new TypeError("Cannot install handlers: these two are together already");
  }
}

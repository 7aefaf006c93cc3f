/**
 * SockJS on servers of `node:http`, `node:https` and `node:http2`, beside whatever
 * else they serve: Express, Koa, Fastify, or a listener of your own.
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

import { shortText } from "../faults.ts";
import { show } from "../option_checks.ts";
import { NodeInfo } from "../runtimes/node/info.ts";
import { lazyRequest, realRequest, targetOf } from "../runtimes/node/request.ts";
import { sendFailure, sendResponse } from "../runtimes/node/response.ts";
import { answered } from "../runtimes/node/sink.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../runtimes/node/types.ts";
import { type KnownAnswer, takeAnswer, UpgradeRequest } from "../runtimes/node/upgrade.ts";
import { WebSockets } from "../runtimes/node/websockets.ts";
import { checkNames } from "./option_names.ts";
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
   * name. It costs memory and time for each connection; Bun's `ws` has none.
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

const bodyWasRead = "Cannot take what a client sends: other code has read the request's body, so " +
  "installHandlers has to be called after all code that listens to the HTTP server";
const hasBegun = "Cannot answer a request: other code has begun to, and did not end its answer";

const installations = new WeakMap<HttpServer, Map<SockJSServer, Installation>>();

/**
 * Puts a SockJS server before the listeners that an HTTP server has. Requests and
 * upgrades whose path is not under its `prefix` go to these, untouched and in
 * order; where there are none, the server's `fallback` answers, or a 404.
 *
 * Listeners that are added later hear of all requests, those of SockJS included,
 * and would answer them a second time: install last.
 *
 * @throws {TypeError} If one of them is not a server, an option is unknown or its value not
 * allowed, or both servers are together already.
 */
export function installHandlers(
  server: SockJSServer,
  httpServer: HttpServer,
  options: InstallOptions = {},
): Installation {
  check(server, httpServer, options);
  const websockets = new WebSockets(options?.perMessageDeflate ?? false);

  const requests = new Overshadowing(
    httpServer,
    "request",
    (req: IncomingMessage, res: ServerResponse) => {
      const isOurs = server.matches(targetOf(req));
      const answer = takeAnswer(req, isOurs);
      if (!isOurs && !requests.isAlone) return false;
      handle(new NodeInfo(req, res, failed), isOurs, answer);
      return true;
    },
  );
  const upgrades = new Overshadowing(
    httpServer,
    "upgrade",
    (req: IncomingMessage, socket: NodeSocket, rest: Uint8Array) => {
      const target = targetOf(req);
      if (!server.matches(target) && !upgrades.isAlone) return false;
      const upgrade = new UpgradeRequest(httpServer, websockets, req, socket, rest);
      // Nobody can answer while an earlier request on the connection has no answer yet.
      if (socket._httpMessage) socket.destroy();
      else if (req.method !== "GET" || !server.upgrades(target)) decline(upgrade);
      else decide(server.handle(lazyRequest(req), upgrade), upgrade);
      return true;
    },
  );

  const handle = (info: NodeInfo, isOurs: boolean, answer: KnownAnswer | undefined): void => {
    const { req, res } = info;
    try {
      if (answer === undefined && res.headersSent) {
        // Whoever has begun to answer is to end it.
        if (!res.writableEnded) server.complain(hasBegun);
        return;
      }
      if (isOurs && req.readableDidRead === true) server.complain(bodyWasRead);
      // Others get the request from the option `fallback`, and may do anything with it.
      const request = isOurs ? lazyRequest(req, res) : realRequest(req);
      const response = answer ?? server.handle(request, info);
      if (response !== answered) send(response, info);
    } catch (error) {
      failed(error);
      sendFailure(info);
    }
  };

  // Nobody waits for what follows: none of it may throw or reject.

  /** What the server could not send by itself: mostly a response of the application's. */
  const send = async (
    response: KnownAnswer | Promise<Response>,
    info: NodeInfo,
  ): Promise<void> => {
    try {
      sendResponse(await response, info);
    } catch (error) {
      failed(error);
      sendFailure(info);
    }
  };

  /** The application may take its time to say whether there is to be a websocket. */
  const decide = async (
    response: Response | Promise<Response>,
    upgrade: UpgradeRequest,
  ): Promise<void> => {
    if (response === answered) return;
    try {
      const decided = await response;
      if (decided !== answered) upgrade.decline(decided);
    } catch (error) {
      failed(error);
      upgrade.cutOff();
    }
  };

  /** Others who listen for connections may throw. */
  const decline = (upgrade: UpgradeRequest): void => {
    try {
      upgrade.decline();
    } catch (error) {
      failed(error);
      upgrade.cutOff();
    }
  };

  const failed = (error: unknown): void => {
    try {
      server.complain(`Cannot send a response: ${shortText(error)}`);
    } catch {
      // Nobody is left to be told.
    }
  };

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

function checkOptions(options: InstallOptions): void {
  const cannot = "Cannot install handlers";
  checkNames(cannot, options, ["perMessageDeflate"]);
  const { perMessageDeflate } = options;
  if (!["undefined", "boolean", "object"].includes(typeof perMessageDeflate)) {
    throw new TypeError(
      `${cannot}: the option perMessageDeflate must be a boolean, or an object as ws takes it, ` +
        `got ${show(perMessageDeflate)}`,
    );
  }
}

function check(server: SockJSServer, httpServer: HttpServer, options: InstallOptions): void {
  const cannot = "Cannot install handlers:";
  if (typeof server?.matches !== "function") {
    throw new TypeError(`${cannot} they need a SockJS server`);
  }
  // An application of Express's is an emitter, too, but nothing listens to it.
  if (typeof httpServer?.rawListeners !== "function" || !("listening" in httpServer)) {
    const hint = "of Express, what app.listen() gives";
    throw new TypeError(`${cannot} they need an HTTP server (${hint})`);
  }
  checkOptions(options ?? {});
  if (installations.get(httpServer)?.has(server)) {
    throw new TypeError(`${cannot} these two are together already`);
  }
}

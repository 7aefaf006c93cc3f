/**
 * Passes Node's requests and upgrades to a SockJS server, and sends the responses.
 *
 * @module
 */

import { shortText } from "../server/error_reporter.ts";
import { alreadySent } from "../runtimes/node/exchange.ts";
import {
  afterEndedResponse,
  type ConnectionEmitter,
  hasUnfinishedResponse,
} from "../runtimes/node/internals.ts";
import { NodeRequestRuntime } from "../runtimes/node/node_runtime.ts";
import {
  type EarlyResponse,
  takeEarlyResponse,
  UpgradeRequest,
} from "../runtimes/node/node_upgrade.ts";
import { lazyRequest, realRequest, targetOf } from "../runtimes/node/request.ts";
import { sendFailure, sendResponse } from "../runtimes/node/response.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../runtimes/node/types.ts";
import type { WsServer } from "../runtimes/node/ws_server.ts";

import type { SockJSServer } from "./sockjs_server.ts";

const bodyWasRead = "Cannot read what a client sends: other code has already read the request's " +
  "body. Put SockJS before that code";
const hasBegun =
  "Cannot respond to a request: other code has begun a response and has not ended it";

/** The listeners of one SockJS server. They never throw or reject, as Node calls them. */
export class NodeHandler {
  readonly #server: SockJSServer;

  constructor(server: SockJSServer) {
    this.#server = server;
  }

  /**
   * Serves a request if it is the server's, or if there is no other listener for it.
   *
   * @param isLast Whether there is no other listener.
   * @returns Whether it does.
   */
  request(req: IncomingMessage, res: ServerResponse, isLast: () => boolean): boolean {
    const isOurs = this.#server.matches(targetOf(req));
    const early = takeEarlyResponse(req, isOurs);
    if (!isOurs && !isLast()) return false;
    this.#respond(new NodeRequestRuntime(req, res, this.#failed), isOurs, early);
    return true;
  }

  /** The same for upgrades. Those that do not become websockets come again as requests. */
  upgrade(
    req: IncomingMessage,
    socket: NodeSocket,
    rest: Uint8Array,
    { httpServer, websockets, isLast }: {
      httpServer: ConnectionEmitter | undefined;
      websockets: WsServer;
      isLast: () => boolean;
    },
  ): boolean {
    const target = targetOf(req);
    if (!this.#server.matches(target) && !isLast()) return false;
    const upgrade = new UpgradeRequest(httpServer, websockets, req, socket, rest);
    afterEndedResponse(socket, () => {
      // No response can be sent before that of an earlier request on the connection.
      if (hasUnfinishedResponse(socket)) socket.destroy();
      else if (req.method !== "GET" || !this.#server.upgrades(target)) this.#decline(upgrade);
      else this.#decide(this.#server.handle(lazyRequest(req), upgrade), upgrade);
    });
    return true;
  }

  #respond(
    runtime: NodeRequestRuntime,
    isOurs: boolean,
    early: EarlyResponse | undefined,
  ): void {
    const { req, res } = runtime;
    try {
      if (early === undefined && res.headersSent) {
        // Other code has begun to respond, and has to end the response.
        if (!res.writableEnded) this.#server.warnOnce(hasBegun);
        return;
      }
      if (isOurs && req.readableDidRead === true) this.#server.warnOnce(bodyWasRead);
      // Other code gets it by the option `fallback`, and may do anything with it.
      const request = isOurs ? lazyRequest(req, res) : realRequest(req);
      const response = early ?? this.#server.handle(request, runtime);
      if (response !== alreadySent) this.#send(response, runtime);
    } catch (error) {
      this.#failed(error);
      sendFailure(runtime);
    }
  }

  /** Sends what the server has not sent by itself: mostly a response of the application's. */
  async #send(
    response: EarlyResponse | Promise<Response>,
    runtime: NodeRequestRuntime,
  ): Promise<void> {
    try {
      sendResponse(await response, runtime);
    } catch (error) {
      this.#failed(error);
      sendFailure(runtime);
    }
  }

  /** Waits until the application has decided whether there is to be a websocket. */
  async #decide(response: Response | Promise<Response>, upgrade: UpgradeRequest): Promise<void> {
    if (response === alreadySent) return;
    try {
      const decided = await response;
      if (decided !== alreadySent) upgrade.decline(decided);
    } catch (error) {
      this.#failed(error);
      upgrade.cutOff();
    }
  }

  /** Other listeners for connections may throw. */
  #decline(upgrade: UpgradeRequest): void {
    try {
      upgrade.decline();
    } catch (error) {
      this.#failed(error);
      upgrade.cutOff();
    }
  }

  readonly #failed = (error: unknown): void => {
    try {
      this.#server.warnOnce(`Cannot send a response: ${shortText(error)}`);
    } catch {
      // The function of the option `log` has thrown, and there is no other place for it.
    }
  };
}

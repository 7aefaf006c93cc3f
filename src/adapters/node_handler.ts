/**
 * How a SockJS server answers requests and upgrades of Node's.
 *
 * @module
 */

import { shortText } from "../server/error_reporter.ts";
import { NodeInfo } from "../runtimes/node/node_info.ts";
import { lazyRequest, realRequest, targetOf } from "../runtimes/node/request.ts";
import { sendFailure, sendResponse } from "../runtimes/node/response.ts";
import { alreadySent } from "../runtimes/node/sink.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../runtimes/node/types.ts";
import {
  type ConnectionEmitter,
  type EarlyResponse,
  takeEarlyResponse,
  UpgradeRequest,
} from "../runtimes/node/node_upgrade.ts";
import type { WebSockets } from "../runtimes/node/websockets.ts";

import type { SockJSServer } from "./sockjs_server.ts";

const bodyWasRead = "Cannot take what a client sends: other code has read the request's body, so " +
  "SockJS has to get requests before it does";
const hasBegun = "Cannot answer a request: other code has begun to, and did not end its answer";

/** Nobody waits for what these do: none of it may throw or reject. */
export class NodeHandler {
  readonly #server: SockJSServer;

  constructor(server: SockJSServer) {
    this.#server = server;
  }

  /**
   * Answers a request that is the server's.
   *
   * @param isLast Whether it is to answer what is not, too.
   * @returns Whether it does.
   */
  request(req: IncomingMessage, res: ServerResponse, isLast: () => boolean): boolean {
    const isOurs = this.#server.matches(targetOf(req));
    const answer = takeEarlyResponse(req, isOurs);
    if (!isOurs && !isLast()) return false;
    this.#answer(new NodeInfo(req, res, this.#failed), isOurs, answer);
    return true;
  }

  /** The same with upgrades; those that do not become websockets come again as requests. */
  upgrade(
    req: IncomingMessage,
    socket: NodeSocket,
    rest: Uint8Array,
    { httpServer, websockets, isLast }: {
      httpServer: ConnectionEmitter;
      websockets: WebSockets;
      isLast: () => boolean;
    },
  ): boolean {
    const target = targetOf(req);
    if (!this.#server.matches(target) && !isLast()) return false;
    const upgrade = new UpgradeRequest(httpServer, websockets, req, socket, rest);
    // Nobody can answer while an earlier request on the connection has no answer yet.
    if (socket._httpMessage) socket.destroy();
    else if (req.method !== "GET" || !this.#server.upgrades(target)) this.#decline(upgrade);
    else this.#decide(this.#server.handle(lazyRequest(req), upgrade), upgrade);
    return true;
  }

  #answer(info: NodeInfo, isOurs: boolean, answer: EarlyResponse | undefined): void {
    const { req, res } = info;
    try {
      if (answer === undefined && res.headersSent) {
        // Whoever has begun to answer is to end it.
        if (!res.writableEnded) this.#server.warnOnce(hasBegun);
        return;
      }
      if (isOurs && req.readableDidRead === true) this.#server.warnOnce(bodyWasRead);
      // Others get the request from the option `fallback`, and may do anything with it.
      const request = isOurs ? lazyRequest(req, res) : realRequest(req);
      const response = answer ?? this.#server.handle(request, info);
      if (response !== alreadySent) this.#send(response, info);
    } catch (error) {
      this.#failed(error);
      sendFailure(info);
    }
  }

  /** What the server could not send by itself: mostly a response of the application's. */
  async #send(response: EarlyResponse | Promise<Response>, info: NodeInfo): Promise<void> {
    try {
      sendResponse(await response, info);
    } catch (error) {
      this.#failed(error);
      sendFailure(info);
    }
  }

  /** The application may take its time to say whether there is to be a websocket. */
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

  /** Others who listen for connections may throw. */
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
      // Nobody is left to be told.
    }
  };
}

/**
 * Serves requests and upgrades that an application passes to a service by itself.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ConnectionEmitter } from "../../../runtimes/node/internals.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../../../runtimes/node/types.ts";
import { WsServer } from "../../../runtimes/node/ws_server.ts";
import type { InstallOptions } from "../../node.ts";
import { NodeHandler } from "../../node_handler.ts";
import type { SockJSServer } from "../../sockjs_server.ts";

/** Serves a request, or an upgrade with its socket. Returns false if it is not for the service. */
export type Handler = (req: object, res: object, head?: unknown) => boolean;

/** A handler for frameworks, which also serves upgrades. */
export interface Middleware extends Handler {
  /** The same function. */
  upgrade: Handler;
}

/** A service without an HTTP server. */
export class OldListener {
  readonly #handler: NodeHandler;
  readonly #websockets: WsServer;

  /** @ignore */
  constructor(server: SockJSServer, install: InstallOptions) {
    this.#handler = new NodeHandler(server);
    this.#websockets = new WsServer(install);
  }

  /** Makes a function that serves what is for the service, and leaves the rest alone. */
  getHandler(): Handler {
    return (req, res, head) => {
      const message = req as IncomingMessage;
      return "writeHead" in res
        ? this.#handler.request(message, res as ServerResponse, never)
        : this.#handler.upgrade(message, res as NodeSocket, bytesOf(head), {
          httpServer: (res as AcceptedSocket).server,
          websockets: this.#websockets,
          isLast: never,
        });
    };
  }
}

const never = () => false;

function bytesOf(head: unknown): Uint8Array {
  return head instanceof Uint8Array ? head : Buffer.alloc(0);
}

/** A socket on Node, Deno and Bun. */
interface AcceptedSocket extends NodeSocket {
  /** The HTTP server that has accepted it, which gets what does not become a websocket. */
  readonly server?: ConnectionEmitter;
}

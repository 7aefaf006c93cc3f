/**
 * The server with what programs use of sockjs-node besides its documented API.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../../connection/connection.ts";
import type { FailureHandler } from "../../../event_loop/guard.ts";
import type { HttpServer } from "../../node.ts";
import { Server as DocumentedServer } from "../drop_in_server.ts";
import { makeConnection, serve } from "../inner_keys.ts";
import type { ServerOptions } from "../sockjs_node_options.ts";
import { type Handler, type Middleware, OldListener } from "./old_listener.ts";
import { SockJSConnection } from "./old_transport.ts";

/** A SockJS service, to be installed on servers of `node:http`. */
export class Server extends DocumentedServer {
  #handler: Handler | undefined;

  /**
   * Serves requests and upgrades without being installed: those that you pass to its `getHandler()`.
   *
   * @param options They override those of the service.
   */
  listener(options?: ServerOptions | null): OldListener {
    const { server, install } = this[serve](options);
    return new OldListener(server, install);
  }

  /** The same as one function, which calls the `next` of a framework for all other requests. */
  middleware(options?: ServerOptions | null): Middleware {
    const handler = this.listener(options).getHandler();
    const middleware: Handler = (req, res, next) => {
      const isOurs = handler(req, res, next);
      if (!isOurs && typeof next === "function") next();
      return isOurs;
    };
    return Object.assign(middleware, { upgrade: handler });
  }

  /**
   * Serves a request, or an upgrade with its socket and the bytes that came after its head; as in
   * version 0.4.
   *
   * @returns False if it is not for the service.
   */
  readonly handler: Handler = (req, res, head) => {
    this.#handler ??= this.listener().getHandler();
    return this.#handler(req, res, head);
  };

  /** @ignore */
  override [makeConnection](connection: WebConnection, handler: FailureHandler): SockJSConnection {
    return new SockJSConnection(connection, handler);
  }
}

/** Makes a service. */
export function createServer(options?: ServerOptions | null): Server {
  return new Server(options);
}

/** Makes a service, and installs it on an HTTP server if there is one. */
export function listen(httpServer?: HttpServer | null, options?: ServerOptions | null): Server {
  const server = new Server(options);
  if (httpServer) server.installHandlers(httpServer);
  return server;
}

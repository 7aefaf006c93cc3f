/**
 * The server with what programs use of sockjs-node besides its documented API.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../../connection/connection.ts";
import type { FailureHandler } from "../../../event_loop/guard.ts";
import type { HttpServer } from "../../node.ts";
import { makeConnection } from "../inner_keys.ts";
import { Server as DocumentedServer } from "../drop_in_server.ts";
import type { ServerOptions } from "../sockjs_node_options.ts";
import { SockJSConnection } from "./old_transport.ts";

/** A SockJS service, to be installed on servers of `node:http`. */
export class Server extends DocumentedServer {
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

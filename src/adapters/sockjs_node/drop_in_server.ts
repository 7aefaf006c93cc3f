/**
 * The drop-in's server: the documented API of sockjs-node.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../connection/connection.ts";
import { Emitter } from "../../connection/emitter.ts";
import { ErrorReporter } from "../../server/error_reporter.ts";
import { callListeners } from "../../connection/call_listeners.ts";
import type { FailureHandler } from "../../event_loop/guard.ts";
import { internalError } from "../../protocol/close_codes.ts";
import { readOptions } from "../../options/settings.ts";
import { Server as WebServer } from "../../../mod.ts";
import { type HttpServer, type Installation, installHandlers } from "../node.ts";
import type { SockJSServer } from "../sockjs_server.ts";
import { Connection } from "./stream_connection.ts";
import { defaultOptions, readLayers, type ServerOptions } from "./sockjs_node_options.ts";
import { noPath, ServicePaths } from "./service_paths.ts";

/** The events of a {@linkcode Server}, with what their listeners get. */
export interface ServerEvents {
  /** A client connected. */
  connection: [connection: Connection];
  /** The name of `connection` before version 0.1; fires right after it. */
  open: [connection: Connection];
  /** A listener or an option's function threw or rejected. If nothing listens, the error is logged. */
  error: [error: unknown];
}

/** A SockJS service, to be installed on servers of `node:http`. */
export class Server extends Emitter<ServerEvents> {
  /** What was passed to the constructor, with sockjs-node's defaults. */
  readonly options: ServerOptions;
  readonly #installations = new Map<HttpServer, Installation[]>();

  /** Makes a service; the same as `createServer`. */
  constructor(options?: ServerOptions | null) {
    super();
    this.options = { ...defaultOptions, ...options };
  }

  /**
   * Puts the service before the listeners that an HTTP server has, which go on
   * getting all requests whose path is not under `prefix`.
   *
   * @param options They override those of the service, which may be installed
   * several times, under several prefixes.
   * @throws {TypeError} If the value of an option is not allowed. Unknown options are ignored, with a
   * line in the log of severity `debug`.
   */
  installHandlers(httpServer: HttpServer, options?: ServerOptions | null): true {
    const { log } = readOptions({ log: options?.log ?? this.options.log });
    const errors = new ErrorReporter(this, log);
    const { web, install, prefix } = readLayers(this.options, options ?? {}, errors);
    const createServer = (prefix: string | RegExp | undefined): SockJSServer => {
      const server = new WebServer({ ...web, prefix });
      server.on("error", (error) => errors.report(error));
      server.on("connection", (connection) => this.#opened(connection, errors));
      return server;
    };
    const server = createServer(web.prefix);
    const service = prefix === undefined
      ? server
      : new ServicePaths(server, prefix, () => createServer(noPath));
    const installations = this.#installations.get(httpServer) ?? [];
    installations.push(installHandlers(service, httpServer, install));
    this.#installations.set(httpServer, installations);
    return true;
  }

  /** The name of {@linkcode Server.installHandlers} since version 0.4. */
  attach(httpServer: HttpServer, options?: ServerOptions | null): true {
    return this.installHandlers(httpServer, options);
  }

  /** Removes the service from an HTTP server, or from all of them; open connections stay open. */
  detach(httpServer?: HttpServer): void {
    const httpServers = httpServer === undefined ? [...this.#installations.keys()] : [httpServer];
    for (const httpServer of httpServers) {
      for (const installation of this.#installations.get(httpServer) ?? []) installation.detach();
      this.#installations.delete(httpServer);
    }
  }

  #opened(webConnection: WebConnection, errors: ErrorReporter): void {
    const handler: FailureHandler = {
      failed: (error) => {
        webConnection.close(internalError.code, internalError.reason);
        connection.destroy();
        errors.report(error);
      },
    };
    const connection = new Connection(webConnection, handler);
    callListeners(this, "connection", connection, handler);
    callListeners(this, "open", connection, handler);
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

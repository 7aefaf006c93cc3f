/**
 * The drop-in's server: the documented API of sockjs-node.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../connection/connection.ts";
import { Emitter } from "../../connection/emitter.ts";
import { ErrorReporter } from "../../server/error_reporter.ts";
import type { FailureHandler } from "../../event_loop/guard.ts";
import { internalError } from "../../protocol/close_codes.ts";
import type { LogSeverity } from "../../options/server_options.ts";
import { readOptions } from "../../options/settings.ts";
import { sessionKey } from "../../session/session.ts";
import { type CloseOptions, Server as WebServer } from "../../../mod.ts";
import {
  type HttpServer,
  type Installation,
  installHandlers,
  type InstallOptions,
} from "../node.ts";
import type { SockJSServer } from "../sockjs_server.ts";
import { emitEvent } from "./emit.ts";
import { withRequests } from "./receiving_request.ts";
import { discard, listenerRejected, makeConnection, serve } from "./inner_keys.ts";
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
  /** One for each installation, those that were detached included: their connections are open. */
  readonly #servers = new Set<WebServer>();
  #draining = false;
  #closed: Promise<void> | undefined;

  /** Makes a service; the same as `createServer`. */
  constructor(options?: ServerOptions | null) {
    super({ captureRejections: true });
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
    const installations = this.#installations.get(httpServer) ?? [];
    const { server, install } = this[serve](options);
    installations.push(installHandlers(server, httpServer, install));
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

  /**
   * From now on, `/info` gets a 503, so that a load balancer with health checks sends new clients
   * elsewhere. Sessions, old and new, go on as before. sockjs-node has nothing like it.
   */
  drain(): void {
    this.#draining = true;
    for (const server of this.#servers) server.drain();
  }

  /** Whether `drain` or `close` was called. */
  get draining(): boolean {
    return this.#draining;
  }

  /**
   * Ends the service: new sessions and `/info` get a 503. Open connections get what was written to
   * them, and a close frame. Further calls have no effect. sockjs-node has nothing like it.
   *
   * @returns Resolves when all connections have ended or were cut off.
   * @throws {RangeError} If an option's number is not valid.
   * @throws {TypeError} If the reason is not a string.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closed ??= Promise.all([...this.#servers].map((server) => server.close(options)))
      .then(() => {});
    this.drain();
    return this.#closed;
  }

  /**
   * Makes the service for an HTTP server.
   *
   * @ignore
   */
  [serve](options?: ServerOptions | null): { server: SockJSServer; install: InstallOptions } {
    const { log } = readOptions({ log: options?.log ?? this.options.log });
    const errors = new EmittingReporter(this, log);
    const { web, install, prefix } = readLayers(this.options, options ?? {}, errors);
    const createServer = (webPrefix: string | RegExp | undefined): SockJSServer => {
      const server = new WebServer({ ...web, prefix: webPrefix });
      server.on("error", (error) => errors.report(error));
      server.on("connection", (connection) => this.#opened(connection, prefix, errors));
      this.#servers.add(server);
      if (this.#draining) server.drain();
      if (this.#closed !== undefined) server.close();
      return server;
    };
    const server = createServer(web.prefix);
    const service = prefix === undefined
      ? server
      : new ServicePaths(server, prefix, () => createServer(noPath));
    return { server: withRequests(service), install };
  }

  /** @ignore */
  [makeConnection](connection: WebConnection, handler: FailureHandler): Connection {
    return new Connection(connection, handler);
  }

  /** @ignore */
  [listenerRejected](error: unknown, _event: string, argument?: unknown): void {
    if (argument instanceof Connection) return argument[listenerRejected](error);
    const { log } = readOptions({ log: this.options.log });
    new ErrorReporter(this, log).failed(error);
  }

  #opened(
    webConnection: WebConnection,
    prefix: string | undefined,
    errors: ErrorReporter,
  ): void {
    let hasFailed = false;
    const handler: FailureHandler = {
      failed: (error) => {
        hasFailed = true;
        webConnection.close(internalError.code, internalError.reason);
        connection[discard]();
        errors.report(error);
      },
    };
    const connection = this[makeConnection](webConnection, handler);
    if (prefix !== undefined) connection.prefix = prefix;
    // As for each later one.
    webConnection[sessionKey].onReceivingRequest?.();
    if (hasFailed) return;
    emitEvent(this, "connection", connection, handler);
    // Only old programs listen for it.
    if (this.listenerCount("open") > 0) emitEvent(this, "open", connection, handler);
  }
}

/** Reports errors through the application's own `emit`, if it has replaced Node's. */
class EmittingReporter extends ErrorReporter {
  readonly #server: Server;

  constructor(server: Server, log: (severity: LogSeverity, message: string) => void) {
    super(server, log);
    this.#server = server;
  }

  override report(error: unknown): void {
    if (!emitEvent(this.#server, "error", error, this)) this.failed(error);
  }
}

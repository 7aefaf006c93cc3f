/**
 * Runs the same steps with this package and with sockjs-node itself, the control.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import sockjs from "sockjs";
import web from "../../src/adapters/sockjs_node.ts";

/** What is used of a connection. */
export interface AnyConnection {
  readonly prefix: string;
  pause?: unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  write(message: unknown): boolean;
  close(code?: unknown, reason?: unknown): unknown;
  destroy(): unknown;
}

/** What is used of a service. */
interface Service {
  readonly options: Readonly<Record<string, unknown>>;
  on(event: "connection", listener: (connection: AnyConnection) => void): unknown;
  installHandlers(server: HttpServer, options?: object): unknown;
}

/** What is used of either package. */
interface Package {
  createServer(options?: object): Service;
}

/** By the names that tests use. */
export const packages: Readonly<Record<"ours" | "original", Package>> = {
  ours: web as unknown as Package,
  original: sockjs,
};

const silent = { log: () => {} };

/** An HTTP server with services of one package, until the end of an `await using` scope. */
export class PackageSite implements AsyncDisposable {
  readonly http: HttpServer;
  /** The base URL of its session: the original's sessions are those of all tests. */
  readonly session = `/server/${crypto.randomUUID()}`;
  readonly #package: Package;
  readonly #connections: AnyConnection[] = [];
  #wake = () => {};

  constructor(name: keyof typeof packages, own = true) {
    this.#package = packages[name];
    this.http = own ? createServer((_req, res) => res.end("the site's own")) : createServer();
    this.http.listen(0, "127.0.0.1");
  }

  /** Installs a service. Its connections echo unless a listener does something else. */
  serve(options: object = {}, listener: (connection: AnyConnection) => void = echo): Service {
    const service = this.#package.createServer({ prefix: "/echo", ...silent, ...options });
    service.on("connection", (connection) => {
      this.#connections.push(connection);
      listener(connection);
      this.#wake();
    });
    service.installHandlers(this.http);
    return service;
  }

  /** The connections in their order, each once it is there. */
  async connection(): Promise<AnyConnection> {
    while (this.#connections.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#connections.shift()!;
  }

  async url(path: string): Promise<string> {
    if (!this.http.listening) await once(this.http, "listening");
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}${path}`;
  }

  async get(path: string): Promise<string> {
    return await (await fetch(await this.url(path))).text();
  }

  /** A POST to a session's endpoint: the status and the body without its end. */
  async post(endpoint: string, body = "", prefix = "/echo"): Promise<string> {
    const url = await this.url(`${prefix}${this.session}/${endpoint}`);
    const headers = { "Content-Type": "text/plain" };
    const response = await fetch(url, {
      method: "POST",
      body,
      headers,
      signal: AbortSignal.timeout(10_000),
    });
    return `${response.status} ${(await response.text()).trim()}`;
  }

  /** An open websocket, and a connection of a session. */
  async websocket(path = "/echo/server/session/websocket"): Promise<WebSocket> {
    const socket = new WebSocket((await this.url(path)).replace("http", "ws"));
    socket.binaryType = "arraybuffer";
    await once(socket, "open");
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.http.close();
    this.http.closeAllConnections();
    if (this.http.listening) await once(this.http, "close");
  }
}

function echo(connection: AnyConnection): void {
  connection.on("data", (message) => connection.write(message));
}

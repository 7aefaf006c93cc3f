/**
 * Proxies that block websockets or hold back streams.
 *
 * @module
 */

import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** What a proxy does. */
export interface ProxyHabits {
  /** Whether it answers upgrade requests itself; else it passes them on as if they were none. */
  refusesUpgrades?: boolean;
  /** Whether it keeps each response until its end. */
  holdsBack?: boolean;
}

/** A proxy for one server on this machine. It passes no websocket. */
export class HttpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: number;
  readonly #habits: ProxyHabits;

  private constructor(target: number, habits: ProxyHabits) {
    this.#target = target;
    this.#habits = habits;
    this.#server = createServer((request, response) => this.#pass(request, response));
  }

  /** Starts one, on a port of the system's choice. */
  static async start(target: number, habits: ProxyHabits): Promise<HttpProxy> {
    const proxy = new HttpProxy(target, habits);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Where it listens, without a slash at the end. */
  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { upgrade, connection: _, ...headers } = request.headers;
    if (upgrade !== undefined && this.#habits.refusesUpgrades) {
      response.writeHead(400).end();
      return;
    }
    const passed = send({
      host: "127.0.0.1",
      port: this.#target,
      method: request.method,
      path: request.url,
      headers,
      agent: false,
    });
    request.pipe(passed);
    passed.on("response", (respond) => this.#passBack(respond, response));
    this.#endTogether(passed, response);
  }

  /** A side that goes away takes the other with it. */
  #endTogether(passed: ClientRequest, response: ServerResponse): void {
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
  }

  #passBack(respond: IncomingMessage, response: ServerResponse): void {
    const { "transfer-encoding": _, connection: __, ...headers } = respond.headers;
    const begin = () => response.writeHead(respond.statusCode ?? 502, headers);
    if (!this.#habits.holdsBack) {
      begin();
      respond.pipe(response);
      return;
    }
    const chunks: Uint8Array[] = [];
    respond.on("data", (chunk) => chunks.push(chunk));
    respond.on("end", () => {
      begin();
      for (const chunk of chunks) response.write(chunk);
      response.end();
    });
  }
}

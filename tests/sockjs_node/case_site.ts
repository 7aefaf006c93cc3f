/**
 * Runs cases in a process of any runtime: servers and clients together, with `node:http` and `ws`.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, request as httpRequest, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { WebSocket } from "ws";

/** Tests of one subject, by sentences that can be false. They throw if they fail. */
export type Cases = Readonly<Record<string, () => Promise<void>>>;

/**
 * Runs all of them if the process was started for that. Prints a line for each: its name and what
 * it failed with, as JSON.
 */
export async function runCases(cases: Cases): Promise<void> {
  if (!process.argv.includes("--run-cases")) return;
  let uncaught: unknown[] = [];
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => uncaught.push(error));
  }
  for (const [name, run] of Object.entries(cases)) {
    uncaught = [];
    try {
      await run();
      // Rejections are announced a little later.
      await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      uncaught.unshift(error);
    }
    console.log(JSON.stringify([name, uncaught.map(describe).join("\n")]));
  }
  process.exit();
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Functions of an application that fail. */
export const failures: Record<string, () => unknown> = {
  throws: () => {
    throw new Error("failed");
  },
  rejects: () => Promise.reject(new Error("failed")),
};

/** The head of a request. */
type Head = Readonly<Record<string, string>>;

/** An HTTP server and its clients, until the end of an `await using` scope. */
export class CaseSite implements AsyncDisposable {
  readonly http: HttpServer;
  readonly #sockets: CaseSocket[] = [];

  private constructor(http: HttpServer) {
    this.http = http;
  }

  /** @param install puts SockJS on the server. */
  static async open(install: (http: HttpServer) => void): Promise<CaseSite> {
    const http = createServer((_req, res) => res.end("the site's own"));
    install(http);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new CaseSite(http);
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** A request, and its whole response. */
  request(
    path: string,
    { method = "GET", body = "", headers = {} }: {
      method?: string;
      body?: string;
      headers?: Head;
    } = {},
  ): Promise<{ status: number; body: string }> {
    const options = { port: this.port, host: "127.0.0.1", path, method, headers, agent: false };
    return new Promise((resolve, reject) => {
      const req = httpRequest(options, (res) => {
        let text = "";
        res.setEncoding("utf8").on("data", (chunk) => text += chunk);
        res.on("end", () => resolve({ status: res.statusCode ?? 0, body: text }));
      });
      req.on("error", reject).end(body);
    });
  }

  /** A receiving request of the transport xhr-polling, and its frame. */
  async poll(headers: Head = {}, query = "", session = "session"): Promise<string> {
    const path = `/echo/server/${session}/xhr${query}`;
    return (await this.request(path, { method: "POST", headers })).body.trimEnd();
  }

  /** Sends messages. */
  async send(messages: readonly string[], session = "session"): Promise<void> {
    const body = JSON.stringify(messages);
    await this.request(`/echo/server/${session}/xhr_send`, { method: "POST", body });
  }

  /** A websocket that is open. */
  async connect(path = "/echo/server/socket/websocket", headers: Head = {}): Promise<CaseSocket> {
    const socket = new CaseSocket(`ws://127.0.0.1:${this.port}${path}`, headers);
    this.#sockets.push(socket);
    await socket.opened;
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, "close");
  }
}

/** A websocket that keeps what it receives. */
export class CaseSocket {
  readonly #socket: WebSocket;
  readonly #received: string[] = [];
  #wake = () => {};
  /** Settles when it is open. */
  readonly opened: Promise<void>;
  /** The code that it closes with. */
  readonly closed: Promise<number>;

  constructor(url: string, headers: Head) {
    this.#socket = new WebSocket(url, { headers });
    const socket = this.#socket;
    socket.on("message", (data: { toString(): string }) => {
      this.#received.push(data.toString());
      this.#wake();
    });
    this.opened = new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    this.closed = new Promise((resolve) => socket.on("close", resolve));
  }

  /** The next message. */
  async receive(): Promise<string> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#received.shift()!;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** Something that comes later; several of them are kept. */
export class Arrivals<Value> {
  readonly #values: Value[] = [];
  #wake = () => {};

  readonly add = (value: Value): void => {
    this.#values.push(value);
    this.#wake();
  };

  /** The next one. */
  async next(): Promise<Value> {
    while (this.#values.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#values.shift()!;
  }
}

/**
 * Servers and xhr-polling clients without sockets: they exchange `Request` and `Response` objects.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import type { ServerOptions } from "../../src/options/server_options.ts";
import { Server } from "../../src/server/server.ts";

/** What clients need of a server. */
interface Handler {
  handle(request: Request, info?: unknown): Response | Promise<Response>;
}

/** Lines about clients, which have tests of their own. */
const aboutClients = /^(?:Refused|Opened|Closed) /;

/** A server under `/echo` that keeps its log lines, but for those about clients. */
export function serve(
  options: ServerOptions = {},
): { server: Server; log: string[] } {
  const log: string[] = [];
  const server = new Server({
    prefix: "/echo",
    log: (severity, message) => {
      if (!aboutClients.test(message)) log.push(`${severity} ${message}`);
    },
    ...options,
  });
  return { server, log };
}

/** A client of the transport xhr-polling. */
export class PollingClient {
  readonly #server: Handler;
  readonly #url: string;

  constructor(server: Handler, session = "session", prefix = "/echo") {
    this.#server = server;
    this.#url = `http://host${prefix}/server/${session}/`;
  }

  /** The response to a receiving request, as it comes. */
  async receive(headers: HeadersInit = {}, query = ""): Promise<Response> {
    const url = `${this.#url}xhr${query}`;
    return await this.#server.handle(
      new Request(url, { method: "POST", headers }),
    );
  }

  /** The frame of the response to a receiving request. */
  async poll(): Promise<string> {
    const text = await (await this.receive()).text();
    assertEquals(text.at(-1), "\n");
    return text.slice(0, -1);
  }

  /** Makes a receiving request that has to wait, and breaks it. */
  async breakPoll(): Promise<void> {
    const response = await this.receive();
    await response.body?.cancel();
  }

  /** Sends a body as it is, and returns the response. */
  async post(body: BodyInit | null, headers: HeadersInit = {}) {
    const url = `${this.#url}xhr_send`;
    return await this.#server.handle(
      new Request(url, { method: "POST", body, headers }),
    );
  }

  /** Sends messages, and returns the status of the response. */
  async send(...messages: string[]): Promise<number> {
    return (await this.post(JSON.stringify(messages))).status;
  }
}

/** Both sides of a connection. */
export interface Connected {
  client: PollingClient;
  connection: Connection;
}

/** Connects a new client to a server. */
export async function connect(
  server: Server,
  session = "session",
  prefix = "/echo",
): Promise<Connected> {
  const opened: Connection[] = [];
  const note = (connection: Connection) => opened.push(connection);
  server.on("connection", note);
  const client = new PollingClient(server, session, prefix);
  assertEquals(await client.poll(), "o");
  server.off("connection", note);
  const [connection] = opened;
  if (connection === undefined) throw new Error("No connection was opened");
  return { client, connection };
}

/** All `close` events of a connection, from here on. */
export function closings(connection: Connection): string[] {
  const seen: string[] = [];
  connection.on("close", ({ code, reason, wasClean }) => {
    seen.push(`${code} ${reason}, ${wasClean ? "clean" : "not clean"}`);
  });
  return seen;
}

/** All errors that a server reports, from here on. */
export function errorsOf(server: Server): unknown[] {
  const seen: unknown[] = [];
  server.on("error", (error) => seen.push(error));
  return seen;
}

/**
 * A client that reuses its connection where the server allows it.
 *
 * @module
 */

import { fromLatin1 } from "../../support/bytes.ts";
import { HttpConnection } from "../../support/raw_http.ts";
import { type RawResponse, readHead, readWhole } from "../../support/raw_response.ts";
import type { HostName } from "../../support/hosts.ts";

/** The server that all clients are at. */
export interface Target {
  readonly host: HostName;
  readonly port: number;
  /** Where else it listens, by names; only of servers that do. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** One connection at a time. */
export class Client implements Disposable {
  readonly target: Target;
  #idle: HttpConnection | undefined;

  constructor(target: Target) {
    this.target = target;
  }

  /** A new connection. */
  connect(port = this.target.port): Promise<HttpConnection> {
    return HttpConnection.open(port);
  }

  /** The connection of the last request, if there is one, and the caller's from now on. */
  take(): HttpConnection | undefined {
    const idle = this.#idle;
    this.#idle = undefined;
    return idle;
  }

  /** Gives it back after a response was read whole. */
  keep(connection: HttpConnection, { head }: RawResponse): void {
    const isOver = head.version !== "1.1" || head.members("connection").includes("close") ||
      (head.header("content-length") ?? head.header("transfer-encoding")) === undefined;
    if (isOver || this.#idle !== undefined) connection.close();
    else this.#idle = connection;
  }

  /** Sends a faultless request, and reads its response whole. */
  async exchange(method: string, path: string, fields: string, body = ""): Promise<RawResponse> {
    const length = method === "POST" ? `Content-Length: ${body.length}\r\n` : "";
    const text = `${method} ${path} HTTP/1.1\r\nHost: x\r\n${fields}${length}\r\n${body}`;
    const [connection, head] = await this.begin(text);
    const response = await readWhole(connection.reader, head, method);
    this.keep(connection, response);
    return response;
  }

  /**
   * Sends a faultless request, and reads the head of its response. A server may end a connection
   * that is kept at any time: then the request goes over a new one.
   */
  async begin(text: string) {
    const idle = this.take();
    if (idle !== undefined) {
      const head = await beginOver(idle, text).catch(ended);
      if (head !== undefined) return [idle, head] as const;
      idle.close();
    }
    const connection = await this.connect();
    const head = await beginOver(connection, text);
    if (head !== undefined) return [connection, head] as const;
    throw new Error("The connection ended without an answer");
  }

  [Symbol.dispose](): void {
    this.take()?.close();
  }
}

async function beginOver(connection: HttpConnection, text: string) {
  await connection.write(fromLatin1(text));
  while (true) {
    const head = await readHead(connection.reader);
    if (head?.status !== 100) return head;
  }
}

/** Writing to a connection that has ended is an error, reading is none. */
export function ended(error: unknown): undefined {
  const { BrokenPipe, ConnectionReset, ConnectionAborted, NotConnected } = Deno.errors;
  if (
    [BrokenPipe, ConnectionReset, ConnectionAborted, NotConnected].some((kind) =>
      error instanceof kind
    )
  ) return;
  throw error;
}

/**
 * An HTTP client that sends exactly the bytes it is given.
 *
 * @module
 */

import { ByteReader } from "./byte_reader.ts";
import { concatenate } from "./bytes.ts";
import {
  decode,
  type RawResponse,
  readChunk,
  readHead,
  readWhole,
  type ResponseHead,
} from "./raw_response.ts";

/** A request; what is not said here is not sent. */
export interface RawRequest {
  method?: string;
  /** Path and query, sent as it is. */
  path: string;
  version?: "1.1" | "1.0";
  /** `Host` is added, and a `Content-Length` unless the body's length is said. */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** One connection to the server, by TCP or over a unix socket. */
export class HttpConnection implements Disposable {
  readonly reader: ByteReader;
  readonly #conn: Deno.TcpConn | Deno.UnixConn;
  readonly #host: string;
  #closed = false;

  private constructor(conn: Deno.TcpConn | Deno.UnixConn, host: string) {
    this.#conn = conn;
    this.#host = host;
    this.reader = new ByteReader(conn);
  }

  /** Connects to a port, or to a unix socket by its path; fails when no server listens. */
  static async open(where: number | string): Promise<HttpConnection> {
    if (typeof where === "string") {
      return new HttpConnection(
        await Deno.connect({ transport: "unix", path: where }),
        "localhost",
      );
    }
    const hostname = "127.0.0.1";
    const port = where;
    const conn = await Deno.connect({ hostname, port });
    return new HttpConnection(conn, `${hostname}:${port}`);
  }

  /** Sends bytes, or text as UTF-8. */
  async write(data: string | Uint8Array): Promise<void> {
    let bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    while (bytes.length > 0) {
      bytes = bytes.subarray(await this.#conn.write(bytes));
    }
  }

  /** Sends a request and does not wait for its response. */
  async send(request: RawRequest): Promise<void> {
    const { method = "GET", path, version = "1.1", headers = {} } = request;
    const body = typeof request.body === "string"
      ? new TextEncoder().encode(request.body)
      : request.body;
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    let head = `${method} ${path} HTTP/${version}\r\n`;
    if (!names.includes("host")) head += `Host: ${this.#host}\r\n`;
    const hasBody = body !== undefined || method === "POST";
    if (
      hasBody && !names.includes("content-length") &&
      !names.includes("transfer-encoding")
    ) {
      head += `Content-Length: ${body?.length ?? 0}\r\n`;
    }
    for (const [name, value] of Object.entries(headers)) {
      head += `${name}: ${value}\r\n`;
    }
    const start = new TextEncoder().encode(`${head}\r\n`);
    await this.write(concatenate(body === undefined ? [start] : [start, body]));
  }

  /** The next response, whole. */
  async response(method = "GET"): Promise<RawResponse> {
    return await readWhole(this.reader, await this.head(), method);
  }

  /** The next response's status line and headers. */
  async head(): Promise<ResponseHead> {
    const head = await readHead(this.reader);
    if (head === undefined) {
      throw new Error("The server ended the connection without an answer");
    }
    return head;
  }

  /** The next HTTP chunk of a body; `undefined` after the last. */
  async chunk(): Promise<string | undefined> {
    const chunk = await readChunk(this.reader);
    return chunk === undefined ? undefined : decode(chunk);
  }

  /** Sends a request and reads its whole response. */
  async exchange(request: RawRequest): Promise<RawResponse> {
    await this.send(request);
    return await this.response(request.method);
  }

  /** Says that nothing more will be sent; what comes can still be read. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Ends the connection, in the middle of whatever goes on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** Closes at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.close();
  }
}

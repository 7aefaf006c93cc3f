/**
 * A running server, for a fact: opens connections to it, and reads its records.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { HostName } from "./hosts.ts";
import { HttpSession } from "./http_session.ts";
import { HttpConnection, type RawRequest } from "./raw_http.ts";
import type { RawResponse } from "./raw_response.ts";
import { RawWebSocket } from "./raw_websocket.ts";
import type { Closed, Opened } from "./recorder.ts";
import type { ServerProcess } from "./server_process.ts";
import { XhrSession } from "./xhr_session.ts";

type Headers = Record<string, string>;

/** Connects to one server, and closes what is left open at the end of a fact. */
export class TestServer implements Disposable {
  readonly host: HostName;
  readonly #process: ServerProcess;
  readonly #open: HttpConnection[] = [];

  constructor(host: HostName, process: ServerProcess) {
    this.host = host;
    this.#process = process;
  }

  /** A new session id. */
  newId(): string {
    return crypto.randomUUID();
  }

  /** A TCP connection. */
  async connect(): Promise<HttpConnection> {
    const connection = await HttpConnection.open(this.#process.path ?? this.#process.port);
    this.#open.push(connection);
    return connection;
  }

  /** One request on a connection of its own. */
  async request(request: RawRequest): Promise<RawResponse> {
    const connection = await this.connect();
    try {
      return await connection.exchange(request);
    } finally {
      connection.close();
    }
  }

  /** One request, of whose response only the head is read: streams do not end. */
  async begin(request: RawRequest): Promise<RawResponse> {
    const connection = await this.connect();
    try {
      await connection.send(request);
      const head = await connection.head();
      const { status } = head;
      return { head, status, body: "", chunks: undefined, header: (name) => head.header(name) };
    } finally {
      connection.close();
    }
  }

  get(path: string, headers: Headers = {}): Promise<RawResponse> {
    return this.request({ path, headers });
  }

  post(
    path: string,
    body: string | Uint8Array = "",
    headers: Headers = {},
  ): Promise<RawResponse> {
    return this.request({ method: "POST", path, body, headers });
  }

  options(path: string, headers: Headers = {}): Promise<RawResponse> {
    return this.request({ method: "OPTIONS", path, headers });
  }

  /** An open websocket. */
  async websocket(path: string, headers: Headers = {}): Promise<RawWebSocket> {
    return await RawWebSocket.open(await this.connect(), path, headers);
  }

  /** A websocket session of a service: past its open frame. */
  async websocketSession(service: string, id = this.newId()) {
    const socket = await this.websocket(`${service}/000/${id}/websocket`);
    assertEquals(await socket.message(), "o");
    return socket;
  }

  /** A session that polls. */
  xhr(service: string, id?: string): XhrSession {
    return new XhrSession(this, service, id);
  }

  /** A session over any of the HTTP transports. */
  http(service: string, id?: string): HttpSession {
    return new HttpSession(this, service, id);
  }

  /**
   * Sends a request and waits for the response: what was sent before, on any
   * connection, has reached the server by then.
   */
  async roundTrip(): Promise<void> {
    assertEquals((await this.get("/echo/info")).status, 200);
  }

  /**
   * Waits for that many disconnect delays of the `/fleeting` services, by the
   * server's own clock: sessions come and time out, one after the other.
   */
  async disconnectDelays(count: number): Promise<void> {
    for (let passed = 0; passed < count; passed++) {
      const { id } = await this.xhr("/fleeting").open();
      await this.closed(id);
    }
  }

  /** The connections the application got under a session id: at least `count`. */
  async opened(id: string, count = 1): Promise<Opened[]> {
    return await this.#recorded("opened", id, count);
  }

  /** The `close` events of sessions with this id, once there are `count`. */
  async closed(id: string, count = 1): Promise<Closed[]> {
    return await this.#recorded("closed", id, count);
  }

  /** The messages of a service's `error` events, once there are `count`. */
  async errors(service: string, count = 1): Promise<string[]> {
    return await this.#recorded("errors", service, count);
  }

  /** The application's notes on the session with this id, once there are `count`. */
  async notes(id: string, count: number): Promise<string[]> {
    return await this.#recorded("notes", id, count);
  }

  /** How many connections a service has. */
  async connections(service: string): Promise<number> {
    return await this.#recorded("connections", service, 0);
  }

  /** Bytes that its process uses of its heap. */
  async heap(): Promise<number> {
    return await this.#recorded("heap", "", 0);
  }

  /** Where it listens. */
  get port(): number {
    return this.#process.port;
  }

  /** The system's number for its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** What the process has printed on its standard error. */
  get stderr(): string {
    return this.#process.stderr;
  }

  [Symbol.dispose](): void {
    for (const connection of this.#open) connection.close();
  }

  async #recorded<T>(what: string, of: string, count: number): Promise<T> {
    const query = new URLSearchParams({ of, count: `${count}` });
    const { status, body } = await this.get(`/recorded/${what}?${query}`);
    assertEquals(status, 200, `${what} of ${of}: ${body}`);
    return JSON.parse(body);
  }
}

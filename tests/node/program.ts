/**
 * Starts a program under test, and sends it requests and commands.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { HttpConnection, type RawRequest } from "../support/raw_http.ts";
import type { RawResponse } from "../support/raw_response.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import type { ServerProcess } from "../support/server_process.ts";

/** Connects to the servers of one program, and closes what is left open at the end of a test. */
export class Program implements Disposable {
  readonly runtime: RuntimeName;
  readonly #process: ServerProcess;
  readonly #open: Disposable[] = [];
  #ports: Promise<Record<string, number>> | undefined;

  constructor(runtime: RuntimeName, process: ServerProcess) {
    this.runtime = runtime;
    this.#process = process;
  }

  /** Has the program do something, and gives what it says. */
  async ask<Answer>(command: string, argument = ""): Promise<Answer> {
    using connection = await HttpConnection.open(this.#process.port);
    const path = `/${command}/${encodeURIComponent(argument)}`;
    const { status, body } = await connection.exchange({ path });
    assertEquals(status, 200, `${command} ${argument}: ${body}`);
    return JSON.parse(body);
  }

  /** Where one of its servers listens. */
  async port(server: string): Promise<number> {
    const port = (await (this.#ports ??= this.ask("ports")))[server];
    if (port === undefined) throw new Error(`The program has no server "${server}"`);
    return port;
  }

  /** A connection to one of its servers. */
  async connect(server: string): Promise<HttpConnection> {
    return this.closing(await HttpConnection.open(await this.port(server)));
  }

  /** One request on a connection of its own. */
  async request(server: string, request: RawRequest): Promise<RawResponse> {
    using connection = await HttpConnection.open(await this.port(server));
    return await connection.exchange(request);
  }

  get(server: string, path: string): Promise<RawResponse> {
    return this.request(server, { path });
  }

  post(server: string, path: string, body = ""): Promise<RawResponse> {
    return this.request(server, { method: "POST", path, body });
  }

  /** An open websocket. */
  async websocket(
    server: string,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<RawWebSocket> {
    return await RawWebSocket.open(await this.connect(server), path, headers);
  }

  /** Disposes of something when the test ends. */
  closing<Thing extends Disposable>(thing: Thing): Thing {
    this.#open.push(thing);
    return thing;
  }

  /** The system's number for its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** What the program has printed on its standard error. */
  get stderr(): string {
    return this.#process.stderr;
  }

  [Symbol.dispose](): void {
    for (const each of this.#open.toReversed()) each[Symbol.dispose]();
  }
}

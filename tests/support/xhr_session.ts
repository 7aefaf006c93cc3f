/**
 * A client session that polls, like the stock client's xhr-polling.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { HttpConnection } from "./raw_http.ts";
import type { RawResponse } from "./raw_response.ts";
import type { TestServer } from "./test_server.ts";

/** A receiving request that was sent and has no response yet. */
export interface PendingPoll {
  connection: HttpConnection;
  /** The body of its response, which must be a 200. */
  frame(): Promise<string>;
}

/** One session over xhr-polling. */
export class XhrSession {
  readonly id: string;
  /** The URL before `/xhr` and `/xhr_send`. */
  readonly base: string;
  readonly #server: TestServer;

  constructor(server: TestServer, service: string, id = server.newId()) {
    this.#server = server;
    this.id = id;
    this.base = `${service}/000/${id}`;
  }

  /** Polls for the open frame. */
  async open(): Promise<this> {
    assertEquals(await this.poll(), "o\n");
    return this;
  }

  /** Polls once: the response's body, which must come with 200. */
  async poll(): Promise<string> {
    return await (await this.#begin()).frame();
  }

  /** Polls and comes back when the server must know of it. */
  async pending(): Promise<PendingPoll> {
    const poll = await this.#begin();
    await this.#server.roundTrip();
    return poll;
  }

  /** Sends messages; the server must take them. */
  async send(...messages: string[]): Promise<void> {
    const { status, body } = await this.sendRaw(JSON.stringify(messages));
    assertEquals(status, 204, body);
  }

  /** Sends a body as it is. */
  sendRaw(
    body: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<RawResponse> {
    return this.#server.post(`${this.base}/xhr_send`, body, headers);
  }

  async #begin(): Promise<PendingPoll> {
    const connection = await this.#server.connect();
    await connection.send({ method: "POST", path: `${this.base}/xhr` });
    return {
      connection,
      frame: async () => {
        const { status, body } = await connection.response("POST");
        connection.close();
        assertEquals(status, 200, body);
        return body;
      },
    };
  }
}

/**
 * A client session that polls, like the stock client's xhr-polling.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ClientSession } from "./client_session.ts";
import type { HttpConnection } from "./raw_http.ts";

/** A receiving request that was sent and has no response yet. */
export interface PendingPoll {
  connection: HttpConnection;
  /** The body of its response, which must be a 200. */
  frame(): Promise<string>;
}

/** One session over xhr-polling. */
export class XhrSession extends ClientSession {
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
    await this.server.roundTrip();
    return poll;
  }

  async #begin(): Promise<PendingPoll> {
    const connection = await this.server.connect();
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

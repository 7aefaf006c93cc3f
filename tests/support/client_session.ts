/**
 * A client session over HTTP, as far as it sends: how it receives is its subclasses' part.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RawResponse } from "./raw_response.ts";
import type { TestServer } from "./test_server.ts";

/** One session over HTTP. */
export class ClientSession {
  readonly id: string;
  /** The URL before `/xhr`, `/xhr_send` and their like. */
  readonly base: string;
  protected readonly server: TestServer;

  constructor(server: TestServer, service: string, id = server.newId()) {
    this.server = server;
    this.id = id;
    this.base = `${service}/000/${id}`;
  }

  /** Sends messages; the server must take them. */
  async send(...messages: string[]): Promise<void> {
    const { status, body } = await this.sendRaw(JSON.stringify(messages));
    assertEquals(status, 204, body);
  }

  /** Sends a body as it is. */
  sendRaw(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<RawResponse> {
    return this.server.post(`${this.base}/xhr_send`, body, headers);
  }
}

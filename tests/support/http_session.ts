/**
 * A client session over any HTTP transport, which may change transports.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RawResponse } from "./raw_response.ts";
import { Receiving } from "./receiving.ts";
import type { ReceivingTransport } from "./receiving_transports.ts";
import type { TestServer } from "./test_server.ts";

/** One session over HTTP. */
export class HttpSession {
  readonly id: string;
  /** The URL before `/xhr` and its like. */
  readonly base: string;
  readonly #server: TestServer;

  constructor(server: TestServer, service: string, id = server.newId()) {
    this.#server = server;
    this.id = id;
    this.base = `${service}/000/${id}`;
  }

  /** Opens the session; the response after its open frame, which for a poll is over. */
  async open(transport: ReceivingTransport): Promise<Receiving> {
    const first = await this.ask(transport);
    assertEquals(await first.frame(), "o");
    return first;
  }

  /** Has a receiver that waits: on an open session, after the open frame of a new one. */
  async attached(transport: ReceivingTransport): Promise<Receiving> {
    const first = await this.open(transport);
    return transport.prelude === undefined ? await this.pending(transport) : first;
  }

  /** Sends a receiving request. */
  async ask(transport: ReceivingTransport): Promise<Receiving> {
    return await Receiving.send(await this.#server.connect(), transport, this.base);
  }

  /** Sends a receiving request and comes back when the server must know of it. */
  async pending(transport: ReceivingTransport): Promise<Receiving> {
    const receiving = await this.ask(transport);
    if (transport.prelude !== undefined) return await receiving.begun();
    await this.#server.roundTrip();
    return receiving;
  }

  /** Sends messages; the server must take them. */
  async send(...messages: string[]): Promise<void> {
    const { status, body } = await this.sendRaw(JSON.stringify(messages));
    assertEquals(status, 204, body);
  }

  /** Sends a body as it is. */
  sendRaw(body: string): Promise<RawResponse> {
    return this.#server.post(`${this.base}/xhr_send`, body);
  }

  /** Sends a body through jsonp's own path. */
  sendJsonp(body: string | Uint8Array, type?: string): Promise<RawResponse> {
    const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
    return this.#server.post(`${this.base}/jsonp_send`, body, headers);
  }
}

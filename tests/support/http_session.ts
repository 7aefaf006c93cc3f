/**
 * A client session over any HTTP transport, which may change transports.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ClientSession } from "./client_session.ts";
import type { RawResponse } from "./raw_response.ts";
import { Receiving } from "./receiving.ts";
import type { ReceivingTransport } from "./receiving_transports.ts";

/** One session over HTTP. */
export class HttpSession extends ClientSession {
  /** Opens the session; the response after its open frame, which for a poll is over. */
  async open(
    transport: ReceivingTransport,
    headers: Record<string, string> = {},
  ): Promise<Receiving> {
    const first = await this.ask(transport, headers);
    assertEquals(await first.frame(), "o");
    return first;
  }

  /** Has a receiver that waits: on an open session, after the open frame of a new one. */
  async attached(transport: ReceivingTransport): Promise<Receiving> {
    const first = await this.open(transport);
    return transport.prelude === undefined ? await this.pending(transport) : first;
  }

  /** Sends a receiving request. */
  async ask(
    transport: ReceivingTransport,
    headers: Record<string, string> = {},
  ): Promise<Receiving> {
    return await Receiving.send(await this.server.connect(), transport, this.base, headers);
  }

  /** Sends a receiving request and comes back when the server must know of it. */
  async pending(transport: ReceivingTransport): Promise<Receiving> {
    const receiving = await this.ask(transport);
    if (transport.prelude !== undefined) return await receiving.begun();
    await this.server.roundTrip();
    return receiving;
  }

  /** Sends a body through jsonp's own path. */
  sendJsonp(body: string | Uint8Array, type?: string): Promise<RawResponse> {
    const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
    return this.server.post(`${this.base}/jsonp_send`, body, headers);
  }
}

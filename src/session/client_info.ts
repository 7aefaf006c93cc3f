/**
 * What is known of a session's client.
 *
 * @module
 */

import type { Protocol } from "../protocol/transport_names.ts";
import type { Address, Endpoints } from "../runtimes/runtime.ts";

/**
 * The request headers that the application gets to see. Never `cookie` and never
 * `authorization`: a page of any origin can send them through the iframe, so
 * they must not authorise.
 */
export const visibleHeaders = [
  "referer",
  "origin",
  "x-client-ip",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-cluster-client-ip",
  "via",
  "x-real-ip",
  "x-ssl",
  "dnt",
  "host",
  "user-agent",
  "accept-language",
] as const;

/** An address; without its port, if a proxy has not passed that on. */
export type RemoteAddress = Pick<Address, "address"> & { readonly port: number | undefined };

/** What is known of a session's client from one receiving request. */
export class ClientInfo {
  readonly protocol: Protocol;
  /** Path and query. */
  readonly url: string;
  readonly endpoints: Endpoints;
  /** What its websocket has agreed on. */
  subprotocol: string | undefined = undefined;
  /** How much of the path the server's prefix matched. */
  readonly #prefixLength: number;
  #source: Headers | undefined;
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(
    protocol: Protocol,
    url: string,
    prefixLength: number,
    headers: Headers,
    endpoints: Endpoints,
  ) {
    this.protocol = protocol;
    this.url = url;
    this.#prefixLength = prefixLength;
    this.#source = headers;
    this.endpoints = endpoints;
  }

  /** The part of the path that the server's prefix matched. */
  get prefix(): string {
    return this.url.slice(0, this.#prefixLength);
  }

  /** The path alone. */
  get pathname(): string {
    const query = this.url.indexOf("?");
    return query < 0 ? this.url : this.url.slice(0, query);
  }

  /** The client's end of the connection, or that of the last proxy. */
  get remote(): RemoteAddress | undefined {
    return this.endpoints.remote;
  }

  /** Read when first asked for: most applications never ask. */
  get headers(): Readonly<Record<string, string>> {
    if (this.#headers === undefined) {
      const headers: Record<string, string> = {};
      for (const name of visibleHeaders) {
        const value = this.#source?.get(name);
        if (value !== null && value !== undefined) headers[name] = value;
      }
      this.#headers = headers;
      this.#source = undefined;
    }
    return this.#headers;
  }
}

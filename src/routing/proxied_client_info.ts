/**
 * What is known of a client whose requests may come through trusted proxies.
 *
 * @module
 */

import { findClient, type ProxyHeader, type TrustHop } from "../http/forwarded.ts";
import { type IPAddress, parseAddress } from "../http/ip_address.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import type { Endpoints } from "../runtimes/runtime.ts";
import { ClientInfo, type RemoteAddress } from "../session/client_info.ts";

/** The proxies whose word about a client's address counts. */
export interface Proxies {
  readonly trust: TrustHop;
  /** The header in which they pass it on. */
  readonly header: ProxyHeader;
}

/** What the other end of a unix socket counts as. */
const loopback = parseAddress("127.0.0.1");

/**
 * Finds the client's address.
 *
 * @param value The value of the proxies' header.
 */
export function remoteOf(
  endpoints: Endpoints,
  { trust, header }: Proxies,
  value: string | null | undefined,
): RemoteAddress | undefined {
  const { remote, isUnixSocket } = endpoints;
  const peer = isUnixSocket === true ? loopback : remote && peerAddress(remote.address);
  return findClient(peer, header, value ?? "", trust) ?? remote;
}

/** A link-local address has a zone on Node, `fe80::1%eth0`. */
function peerAddress(text: string): IPAddress | undefined {
  const zone = text.indexOf("%");
  return parseAddress(zone < 0 ? text : text.slice(0, zone));
}

/** Finds the client's address when it is first read. */
export class ProxiedClientInfo extends ClientInfo {
  /** Absent once the address is found. */
  #proxies: Proxies | undefined;
  /** Only where the proxies' header is not among those that the application gets to see. */
  #hidden: Headers | undefined;
  #remote: RemoteAddress | undefined;

  constructor(
    protocol: Protocol,
    url: string,
    prefixLength: number,
    headers: Headers,
    endpoints: Endpoints,
    proxies: Proxies,
  ) {
    super(protocol, url, prefixLength, headers, endpoints);
    this.#proxies = proxies;
    if (proxies.header === "forwarded") this.#hidden = headers;
  }

  override get remote(): RemoteAddress | undefined {
    const proxies = this.#proxies;
    if (proxies === undefined) return this.#remote;
    this.#proxies = undefined;
    const { header } = proxies;
    const value = header === "forwarded" ? this.#hidden?.get(header) : super.headers[header];
    this.#hidden = undefined;
    return (this.#remote = remoteOf(this.endpoints, proxies, value));
  }

  override get headers(): Readonly<Record<string, string>> {
    // They are read while the request is still there. Its address is found then, too: to keep the
    // header until later would cost its length in memory.
    if (this.#hidden !== undefined) void this.remote;
    return super.headers;
  }
}

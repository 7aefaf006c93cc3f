/**
 * The receiving requests of connections, with Node's own objects.
 *
 * @module
 */

import { type ClientInfo, visibleHeaders } from "../../session/client_info.ts";
import type { Protocol } from "../../protocol/transport_names.ts";
import { endpointsOf } from "../../runtimes/node/node_connection.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../../runtimes/node/types.ts";
import type { Address, Endpoints, RequestRuntime } from "../../runtimes/runtime.ts";
import type { SockJSServer } from "../sockjs_server.ts";

/** Node's objects of one receiving request. */
export interface ReceivingRequest {
  readonly req: IncomingMessage;
  /** Absent if the request has become a websocket. */
  readonly res?: ServerResponse;
  readonly socket: NodeSocket | null;
}

/** The server's end of a connection, as `address()` of Node's sockets has it. */
export interface LocalAddress {
  /** IP address. */
  address: string;
  /** `IPv4` or `IPv6`. */
  family: string;
  /** The port. */
  port: number;
}

/** The two ends of a request's connection, and the request itself until it is taken. */
class RequestEndpoints implements Endpoints {
  readonly remote: Address | undefined;
  readonly local: Address | undefined;
  readonly isUnixSocket: boolean | undefined;
  #request: ReceivingRequest | undefined;

  constructor(request: ReceivingRequest) {
    const { remote, local, isUnixSocket } = endpointsOf(request.socket ?? {});
    this.remote = remote;
    this.local = local;
    this.isUnixSocket = isUnixSocket;
    this.#request = request;
  }

  /** Gives the request away, so that a session that waits for the next one does not keep it. */
  take(): ReceivingRequest | undefined {
    const request = this.#request;
    this.#request = undefined;
    return request;
  }
}

/** A server whose sessions know the requests that they receive by; see `takeRequest`. */
export function withRequests(server: SockJSServer): SockJSServer {
  return {
    matches: (url) => server.matches(url),
    upgrades: (url) => server.upgrades(url),
    warnOnce: (message) => server.warnOnce(message),
    handle(request, info) {
      keepRequest(info as RequestRuntime & ReceivingRequest);
      return server.handle(request, info);
    },
  };
}

/** @param runtime that of a request on Node's servers. */
function keepRequest(runtime: RequestRuntime & ReceivingRequest): void {
  const { req, res } = runtime;
  const request = res === undefined
    ? { req, socket: runtime.socket }
    : { req, res, socket: req.socket };
  runtime.endpoints = () => new RequestEndpoints(request);
  // The application may read all of the head.
  runtime.forgetHead = () => {};
}

/** The request that a client was seen by; only once, see {@linkcode RequestEndpoints.take}. */
export function takeRequest({ endpoints }: ClientInfo): ReceivingRequest | undefined {
  return endpoints instanceof RequestEndpoints ? endpoints.take() : undefined;
}

/** The properties of a connection that describe its last receiving request. */
export interface Description {
  headers: Record<string, string>;
  remoteAddress?: string;
  remotePort?: number | undefined;
  address?: LocalAddress;
  url: string;
  pathname: string;
  protocol: Protocol;
}

/**
 * Assigns them. Addresses that are not known stay as they are.
 *
 * @param headers Those of the request. Only some are shown.
 */
export function describe(
  connection: Description,
  client: ClientInfo,
  headers: Readonly<Record<string, unknown>>,
): void {
  const { remote, endpoints: { local } } = client;
  const description: Description = {
    headers: visibleOf(headers, client.headers),
    ...(remote !== undefined && { remoteAddress: remote.address, remotePort: remote.port }),
    ...(local !== undefined && { address: withFamily(local) }),
    url: client.url,
    pathname: client.pathname,
    protocol: client.protocol,
  };
  for (const [name, value] of Object.entries(description)) {
    // The application may have made it a property that cannot be written.
    Reflect.set(connection, name, value);
  }
}

function withFamily({ address, port }: Address): LocalAddress {
  return { address, family: address.includes(":") ? "IPv6" : "IPv4", port };
}

/** The headers to show: as Node has them, where other code may have put objects among them. */
function visibleOf(
  all: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, string>>,
): Record<string, string> {
  const visible: Record<string, string> = {};
  for (const name of visibleHeaders) {
    // In HTTP/2, Node has the host under another name.
    const value = all[name] ?? known[name];
    if (value) visible[name] = value as string;
  }
  return visible;
}

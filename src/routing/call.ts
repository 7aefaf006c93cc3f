/**
 * A call: a request on its way through the server, with what routes use of the server.
 *
 * @module
 */

import type { Authorization } from "./authorization.ts";
import type { Carrier } from "./carrier.ts";
import { allowOrigin, type ResponseHeaders } from "../http/headers.ts";
import type { Grant } from "../options/option_functions.ts";
import { ClientInfo, type RemoteAddress } from "../session/client_info.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import { ProxiedClientInfo, type Proxies, remoteOf } from "./proxied_client_info.ts";
import type { RequestRuntime } from "../runtimes/runtime.ts";
import type { ServerLog } from "../session/server_log.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import type { Settings } from "../options/settings.ts";

/** What routes use of the server. */
export interface Service {
  readonly settings: Settings;
  readonly sessions: SessionStore;
  /** Whether functions of the application get requests, and so may keep them. */
  readonly showsRequests: boolean;
  /** The application's decision about requests, if it has the option `authorize`. */
  readonly authorization: Authorization | undefined;
  /** Serves requests of sessions that are in other processes, if they are shared. */
  readonly carrier: Carrier | undefined;
  /** Makes a session and its connection, which the application gets when the session opens. */
  createSession(peer: ClientInfo, grant: Grant, id?: string, raw?: boolean): Session;
  /** The `Set-Cookie` value for the response to a request, if any. */
  cookie(request: Request): string | undefined;
  /** Whose word about a client's address counts; absent if nobody's does. */
  readonly proxies: Proxies | undefined;
  /** The subprotocol to agree on in a handshake, if any. */
  subprotocol(request: Request): string | undefined | Promise<string | undefined>;
  /** The base URL that clients are sent to, if any. */
  baseUrl(): string | undefined;
  /** Logs a mistake in the application's setup, once. */
  readonly warnOnce: (message: string) => void;
}

/** A request, and what is known of it when its route is found. */
export class Call {
  readonly service: Service;
  readonly request: Request;
  /** The handler's second argument, from the runtime. */
  readonly info: unknown;
  readonly runtime: RequestRuntime;
  /** The session's id from the path; empty if the path has none. */
  readonly sessionId: string;
  readonly #url: string;
  readonly #start: number;
  readonly #prefixEnd: number;

  /**
   * @param start Where the path begins in the URL.
   * @param prefixEnd Where the server's prefix ends in it.
   */
  constructor(
    service: Service,
    request: Request,
    info: unknown,
    runtime: RequestRuntime,
    sessionId: string,
    url: string,
    start: number,
    prefixEnd: number,
  ) {
    this.service = service;
    this.request = request;
    this.info = info;
    this.runtime = runtime;
    this.sessionId = sessionId;
    this.#url = url;
    this.#start = start;
    this.#prefixEnd = prefixEnd;
  }

  /** Where refusals are told, if anywhere. */
  get log(): ServerLog | undefined {
    return this.service.sessions.log;
  }

  /** The request's path and query, as in its request line. */
  get url(): string {
    return this.#url.slice(this.#start);
  }

  /** The information about the client in this request. */
  clientInfo(protocol: Protocol): ClientInfo {
    const proxies = this.#proxies;
    const { headers } = this.request;
    const prefixLength = this.#prefixEnd - this.#start;
    const endpoints = this.runtime.endpoints();
    return proxies === undefined
      ? new ClientInfo(protocol, this.url, prefixLength, headers, endpoints)
      : new ProxiedClientInfo(protocol, this.url, prefixLength, headers, endpoints, proxies);
  }

  /** The client's address, for functions of the application. */
  remote(): RemoteAddress | undefined {
    const proxies = this.#proxies;
    const endpoints = this.runtime.endpoints();
    if (proxies === undefined) return endpoints.remote;
    return remoteOf(endpoints, proxies, this.request.headers.get(proxies.header));
  }

  /** Absent also where the header of the last proxy may be missing: the others can be forged. */
  get #proxies(): Proxies | undefined {
    const { proxies } = this.service;
    if (proxies === undefined || this.runtime.hasAllHeaders?.() === false) return undefined;
    return proxies;
  }

  /** Adds the cookie, if the server sets one. */
  setCookie(headers: ResponseHeaders): void {
    const cookie = this.service.cookie(this.request);
    if (cookie !== undefined) headers["Set-Cookie"] = cookie;
  }

  /** Adds the headers of CORS, unless the option `disableCors` is set. */
  allowOrigin(headers: ResponseHeaders): void {
    if (!this.service.settings.disableCors) allowOrigin(headers, this.request);
  }
}

/**
 * What pages and transports see of the server, and of the request that they answer.
 *
 * @module
 */

import type { Authorization } from "./authorization.ts";
import { allowOrigin, type ResponseHeaders } from "../http/headers.ts";
import type { Grant } from "../options/server_options.ts";
import { ClientInfo, type Protocol } from "../session/client_info.ts";
import type { RequestRuntime } from "../runtimes/runtime.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import type { Settings } from "../options/settings.ts";

/** A server, as seen from inside. */
export interface Service {
  readonly settings: Settings;
  readonly sessions: SessionStore;
  /** Whether the application gets to see requests, and so may keep them. */
  readonly showsRequests: boolean;
  /** Asks the application about requests, where it wants to be asked. */
  readonly authorization: Authorization | undefined;
  /** Makes a session, and the connection that the application gets when it opens. */
  createSession(peer: ClientInfo, grant: Grant, id?: string, raw?: boolean): Session;
  /** The `Set-Cookie` value for the request, when there is to be one. */
  cookie(request: Request): string | undefined;
  /** The subprotocol of a handshake, if there is to be one. */
  subprotocol(request: Request): string | undefined | Promise<string | undefined>;
  /** The base URL to tell to clients, when there is one. */
  baseUrl(): string | undefined;
  /** Logs what the application should have written otherwise, once. */
  readonly warnOnce: (message: string) => void;
}

/** A request on its way through the server. */
export class Call {
  readonly service: Service;
  readonly request: Request;
  /** What the runtime passed beside the request. */
  readonly info: unknown;
  readonly runtime: RequestRuntime;
  /** The session's id from the path; empty where there is none. */
  readonly sessionId: string;
  readonly #url: string;
  readonly #start: number;
  readonly #prefixEnd: number;

  /** @param start of the path in the URL, and where the server's prefix ends: `prefixEnd`. */
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

  /** The request's path and query, as they came. */
  get url(): string {
    return this.#url.slice(this.#start);
  }

  /** The client, as this request shows it. */
  clientInfo(protocol: Protocol): ClientInfo {
    return new ClientInfo(
      protocol,
      this.url,
      this.#prefixEnd - this.#start,
      this.request.headers,
      this.runtime.endpoints(),
    );
  }

  /** Adds the cookie, where the server is to set one. */
  setCookie(headers: ResponseHeaders): void {
    const cookie = this.service.cookie(this.request);
    if (cookie !== undefined) headers["Set-Cookie"] = cookie;
  }

  /** Adds what pages of other origins need, unless that is switched off. */
  allowOrigin(headers: ResponseHeaders): void {
    if (!this.service.settings.disableCors) allowOrigin(headers, this.request);
  }
}

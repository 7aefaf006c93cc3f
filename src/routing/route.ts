/**
 * A route: what the server does under one path. It has a handler for each method, and the headers
 * that all responses there have in common.
 *
 * @module
 */

import { PlainResponse } from "../http/plain_response.ts";
import { allowMethods, cacheForAYear, notCached, type ResponseHeaders } from "../http/headers.ts";
import type { Call } from "./call.ts";

/** A plain response, or a `Response` if the runtime has begun to send one. */
export type HandlerResult = PlainResponse | Response;

/** Handles requests. Returns a promise only if it has to wait. */
export type Handler = (call: Call) => HandlerResult | Promise<HandlerResult>;

/** What the server does under one path. */
export interface Route {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** The methods, as the header `Allow` lists them. */
  readonly allow: string;
  /** The headers of all responses under this path, errors included. */
  readonly headers: (call: Call) => ResponseHeaders;
  /** Whether pages of any origin may request it, whatever the option `origins` allows. */
  readonly isPublic?: boolean;
  /** Whether a GET opens a websocket. */
  readonly upgrades?: boolean;
}

/** Makes a route from handlers by method. */
export function route(
  handlers: Readonly<Record<string, Handler>>,
  headers: (call: Call) => ResponseHeaders = () => ({}),
): Route {
  const byMethod = new Map(Object.entries(handlers));
  return { handlers: byMethod, allow: [...byMethod.keys()].join(", "), headers };
}

/** The headers of all responses of an HTTP transport or send. */
export function transportHeaders(call: Call): ResponseHeaders {
  const headers: ResponseHeaders = { "Cache-Control": notCached };
  call.setCookie(headers);
  return headers;
}

/** The same for routes that scripts of other origins may request. */
export function crossOriginHeaders(call: Call): ResponseHeaders {
  const headers = transportHeaders(call);
  call.allowOrigin(headers);
  return headers;
}

/** Adds the header that keeps nginx from buffering a stream. */
export function streamed(headers: ResponseHeaders): ResponseHeaders {
  headers["X-Accel-Buffering"] = "no";
  return headers;
}

/**
 * Adds the header that keeps browsers from guessing another content type: the response to a GET
 * may contain text of other clients.
 */
export function unsniffed(headers: ResponseHeaders): ResponseHeaders {
  headers["X-Content-Type-Options"] = "nosniff";
  return headers;
}

/**
 * Makes a handler for `OPTIONS` (protocol, section 3).
 *
 * @param methods As in the header, such as `OPTIONS, POST`.
 */
export function preflight(methods: string): Handler {
  return (call) => {
    const headers: ResponseHeaders = {};
    const { jsessionid, disableCors } = call.service.settings;
    // A cookie is for one client, and so is the choice of a function that returns none.
    cacheForAYear(headers, jsessionid === false ? "public" : "private");
    call.setCookie(headers);
    call.allowOrigin(headers);
    if (!disableCors) allowMethods(headers, methods);
    return new PlainResponse(204, headers, null);
  };
}

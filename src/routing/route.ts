/**
 * What the server does under one path: a handler for each method, and the header
 * fields that all answers there have in common.
 *
 * @module
 */

import { PlainResponse } from "../http/plain_response.ts";
import { allowMethods, cacheForAYear, notCached, type ResponseHeaders } from "../http/headers.ts";
import type { Call } from "./call.ts";

/** An answer, or the runtime's own response where that has begun to answer already. */
export type HandlerResult = PlainResponse | Response;

/** Answers requests. Gives a promise only where it has to wait. */
export type Handler = (call: Call) => HandlerResult | Promise<HandlerResult>;

/** What the server does under one path. */
export interface Route {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** The methods, as the header `Allow` lists them. */
  readonly allow: string;
  /** The headers that every answer under this path has, errors included. */
  readonly headers: (call: Call) => ResponseHeaders;
  /** Whether pages of any origin may ask for it, whatever the option `origins` says. */
  readonly isPublic?: boolean;
  /** Whether websockets are opened there. */
  readonly upgrades?: boolean;
}

/** Makes a route of handlers by method. */
export function route(
  handlers: Readonly<Record<string, Handler>>,
  headers: (call: Call) => ResponseHeaders = () => ({}),
): Route {
  const byMethod = new Map(Object.entries(handlers));
  return { handlers: byMethod, allow: [...byMethod.keys()].join(", "), headers };
}

/** The headers of every answer under the path of an HTTP transport or send. */
export function transportHeaders(call: Call): ResponseHeaders {
  const headers: ResponseHeaders = { "Cache-Control": notCached };
  call.setCookie(headers);
  return headers;
}

/** The same for those that pages of other origins request by script. */
export function crossOriginHeaders(call: Call): ResponseHeaders {
  const headers = transportHeaders(call);
  call.allowOrigin(headers);
  return headers;
}

/** Keeps nginx from holding a stream back. */
export function streamed(headers: ResponseHeaders): ResponseHeaders {
  headers["X-Accel-Buffering"] = "no";
  return headers;
}

/** Keeps browsers from taking an answer with others' words in it, to a GET, for something else. */
export function unsniffed(headers: ResponseHeaders): ResponseHeaders {
  headers["X-Content-Type-Options"] = "nosniff";
  return headers;
}

/**
 * Answers `OPTIONS` (protocol, section 3).
 *
 * @param methods as the header lists them, such as `OPTIONS, POST`.
 */
export function preflight(methods: string): Handler {
  return (call) => {
    const headers: ResponseHeaders = {};
    const { jsessionid, disableCors } = call.service.settings;
    // A cookie is its client's, and so is the decision of a function that gives none.
    cacheForAYear(headers, jsessionid === false ? "public" : "private");
    call.setCookie(headers);
    call.allowOrigin(headers);
    if (!disableCors) allowMethods(headers, methods);
    return new PlainResponse(204, headers, null);
  };
}

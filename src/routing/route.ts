/**
 * What the server does under one path: a handler for each method, and the header
 * fields that all answers there have in common.
 *
 * @module
 */

import { Answer } from "../http/plain_response.ts";
import { allowMethods, cacheForAYear, type Fields, notCached } from "../http/headers.ts";
import type { Call } from "./call.ts";

/** An answer, or the runtime's own response where that has begun to answer already. */
export type Reply = Answer | Response;

/** Answers requests. Gives a promise only where it has to wait. */
export type Handler = (call: Call) => Reply | Promise<Reply>;

/** What the server does under one path. */
export interface Route {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** The methods, as the header `Allow` lists them. */
  readonly allow: string;
  /** The header fields that every answer under this path has, errors included. */
  readonly fields: (call: Call) => Fields;
  /** Whether pages of any origin may ask for it, whatever the option `origins` says. */
  readonly isPublic?: boolean;
  /** Whether websockets are opened there. */
  readonly upgrades?: boolean;
}

/** Makes a route of handlers by method. */
export function route(
  handlers: Readonly<Record<string, Handler>>,
  fields: (call: Call) => Fields = () => ({}),
): Route {
  const byMethod = new Map(Object.entries(handlers));
  return { handlers: byMethod, allow: [...byMethod.keys()].join(", "), fields };
}

/** The header fields of every answer under the path of an HTTP transport or send. */
export function transportFields(call: Call): Fields {
  const fields: Fields = { "Cache-Control": notCached };
  call.setCookie(fields);
  return fields;
}

/** The same for those that pages of other origins request by script. */
export function crossOriginFields(call: Call): Fields {
  const fields = transportFields(call);
  call.allowOrigin(fields);
  return fields;
}

/** Keeps nginx from holding a stream back. */
export function streamed(fields: Fields): Fields {
  fields["X-Accel-Buffering"] = "no";
  return fields;
}

/** Keeps browsers from taking an answer with others' words in it, to a GET, for something else. */
export function unsniffed(fields: Fields): Fields {
  fields["X-Content-Type-Options"] = "nosniff";
  return fields;
}

/**
 * Answers `OPTIONS` (protocol, section 3).
 *
 * @param methods as the header lists them, such as `OPTIONS, POST`.
 */
export function preflight(methods: string): Handler {
  return (call) => {
    const fields: Fields = {};
    const { jsessionid, disableCors } = call.service.settings;
    // A cookie is its client's, and so is the decision of a function that gives none.
    cacheForAYear(fields, jsessionid === false ? "public" : "private");
    call.setCookie(fields);
    call.allowOrigin(fields);
    if (!disableCors) allowMethods(fields, methods);
    return new Answer(204, fields, null);
  };
}

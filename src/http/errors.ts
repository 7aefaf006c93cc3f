/**
 * Answers to requests that cannot be served.
 *
 * @module
 */

import { contentTypes, type Fields } from "./headers.ts";

/**
 * An error with a line of text, which must not have a line break: clients
 * outside browsers read lines of an error body as frames (protocol, section 3).
 */
export function errorResponse(status: number, text: string, fields: Fields = {}): Response {
  fields["Content-Type"] = contentTypes.text;
  return new Response(text, { status, headers: fields });
}

/** Nothing is known under that path. */
export function notFound(fields?: Fields): Response {
  return errorResponse(404, "Not found", fields);
}

/** The path is known, with other methods. */
export function methodNotAllowed(allow: string, fields: Fields = {}): Response {
  delete fields["Content-Type"];
  fields["Allow"] = allow;
  return new Response(null, { status: 405, headers: fields });
}

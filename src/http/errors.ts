/**
 * Answers to requests that cannot be served.
 *
 * @module
 */

import { PlainResponse } from "./plain_response.ts";
import { contentTypes, notCached, type ResponseHeaders } from "./headers.ts";

/**
 * An error with a line of text, which must not have a line break: clients
 * outside browsers read lines of an error body as frames (protocol, section 3).
 */
export function errorResponse(
  status: number,
  text: string,
  headers: ResponseHeaders = {},
): PlainResponse {
  headers["Content-Type"] = contentTypes.text;
  return new PlainResponse(status, headers, text);
}

/** Nothing is known under that path. */
export function notFound(headers?: ResponseHeaders): PlainResponse {
  return errorResponse(404, "Not found", headers);
}

/** What is said of the host is none, and the path perhaps not the one that was asked for. */
export function misled(): PlainResponse {
  return errorResponse(400, "Not a valid host", { "Cache-Control": notCached });
}

/** The path is known, with other methods. */
export function methodNotAllowed(allow: string, headers: ResponseHeaders = {}): PlainResponse {
  delete headers["Content-Type"];
  headers["Allow"] = allow;
  return new PlainResponse(405, headers, null);
}

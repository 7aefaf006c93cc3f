/**
 * Responses to requests that cannot be served.
 *
 * @module
 */

import { PlainResponse } from "./plain_response.ts";
import { contentTypes, notCached, type ResponseHeaders } from "./headers.ts";

/**
 * A response with an error's text. The text has no line break, because clients outside browsers
 * read each line of an error body as a frame (protocol, section 3).
 */
export function errorResponse(
  status: number,
  text: string,
  headers: ResponseHeaders = {},
): PlainResponse {
  headers["Content-Type"] = contentTypes.text;
  return new PlainResponse(status, headers, text);
}

/** There is nothing under that path. */
export function notFound(headers?: ResponseHeaders): PlainResponse {
  return errorResponse(404, "Not found", headers);
}

/** The host is not valid, so the path of the URL may not be the requested one. */
export function misled(): PlainResponse {
  return errorResponse(400, "Not a valid host", { "Cache-Control": notCached });
}

/** The path is known, but not with this method. */
export function methodNotAllowed(allow: string, headers: ResponseHeaders = {}): PlainResponse {
  delete headers["Content-Type"];
  headers["Allow"] = allow;
  return new PlainResponse(405, headers, null);
}

/**
 * Answers to requests that cannot be served.
 *
 * @module
 */

import { Answer } from "./plain_response.ts";
import { contentTypes, type Fields, notCached } from "./headers.ts";

/**
 * An error with a line of text, which must not have a line break: clients
 * outside browsers read lines of an error body as frames (protocol, section 3).
 */
export function errorAnswer(status: number, text: string, fields: Fields = {}): Answer {
  fields["Content-Type"] = contentTypes.text;
  return new Answer(status, fields, text);
}

/** Nothing is known under that path. */
export function notFound(fields?: Fields): Answer {
  return errorAnswer(404, "Not found", fields);
}

/** What is said of the host is none, and the path perhaps not the one that was asked for. */
export function misled(): Answer {
  return errorAnswer(400, "Not a valid host", { "Cache-Control": notCached });
}

/** The path is known, with other methods. */
export function methodNotAllowed(allow: string, fields: Fields = {}): Answer {
  delete fields["Content-Type"];
  fields["Allow"] = allow;
  return new Answer(405, fields, null);
}

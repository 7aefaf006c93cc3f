/**
 * A response as a plain value, before a runtime sends it.
 *
 * @module
 */

import { utf8Length } from "../protocol/utf8.ts";
import { isFieldValue } from "./cookies.ts";
import type { ResponseHeaders } from "./headers.ts";

/** A response whose whole body is known. */
export class PlainResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string | null;

  constructor(status: number, headers: ResponseHeaders, body: string | null) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The Web's response, for runtimes that have no faster way. The response to HEAD has no body. */
  toResponse(method: string): Response {
    const { status, headers, body } = this;
    if (method !== "HEAD" || body === null) {
      return new Response(body, { status, headers });
    }
    headers["Content-Length"] = String(utf8Length(body));
    return new Response(null, { status, headers });
  }
}

/**
 * Whether the application returned a response. `instanceof` cannot tell: some packages replace the
 * global class, and what `fetch` returns is not an instance of theirs. An object that only looks
 * like a response may throw when it is read; it does so here, not in a runtime.
 */
export function isResponse(value: unknown): value is Response {
  if (Object.prototype.toString.call(value) !== "[object Response]") return false;
  const { status, headers } = value as Response;
  return typeof status === "number" && typeof headers === "object";
}

/**
 * Refuses a status that no final response can have, such as that of `Response.error()`. Over
 * HTTP/2, runtimes turn it into a 200.
 *
 * @throws {RangeError}
 */
export function checkStatus(status: number): void {
  if (!(status >= 200 && status <= 599)) {
    throw new RangeError(`Cannot respond: the status is ${status}, and must be 200 to 599`);
  }
}

/**
 * Refuses a response that runtimes cannot send. A control character in a header, which may come
 * from a client, makes Deno end the process. A body that was used ends Deno's server.
 *
 * @throws {TypeError}
 * @throws {RangeError} For its status.
 */
export function checkSendable(response: Response): void {
  checkStatus(response.status);
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("Cannot respond: the body of the Response has already been used");
  }
  for (const [name, value] of response.headers) {
    if (!isFieldValue(value)) {
      throw new TypeError(`Cannot respond: the value of ${name} has a control character`);
    }
  }
}

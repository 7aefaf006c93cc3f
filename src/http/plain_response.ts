/**
 * What the server answers, before a runtime makes a response of it.
 *
 * @module
 */

import { utf8Length } from "../protocol/utf8.ts";
import { isFieldValue } from "./cookies.ts";
import type { ResponseHeaders } from "./headers.ts";

/** An answer whose body is known as a whole. */
export class PlainResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string | null;

  constructor(status: number, headers: ResponseHeaders, body: string | null) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The same for runtimes that take nothing shorter; to HEAD, without its body. */
  toResponse(method: string): Response {
    const { status, headers: headers, body } = this;
    if (method !== "HEAD" || body === null) {
      return new Response(body, { status, headers: headers });
    }
    headers["Content-Length"] = String(utf8Length(body));
    return new Response(null, { status, headers: headers });
  }
}

/**
 * Whether the application gave a response. `instanceof` does not know: packages put a class
 * of their own into the place of the global one, of which what `fetch` gives is none.
 * What only looks like one may throw when it is read, and does so here rather than in a runtime.
 */
export function isResponse(value: unknown): value is Response {
  if (Object.prototype.toString.call(value) !== "[object Response]") return false;
  const { status, headers } = value as Response;
  return typeof status === "number" && typeof headers === "object";
}

/**
 * Refuses a status that no answer can have, such as that of `Response.error()`: over HTTP/2,
 * runtimes make a 200 of it.
 *
 * @throws {RangeError}
 */
export function checkStatus(status: number): void {
  if (!(status >= 200 && status <= 599)) {
    throw new RangeError(`Cannot respond: the status is ${status}, and must be 200 to 599`);
  }
}

/**
 * Refuses a response that runtimes do not take: for a control character in a header, which the
 * application may have of its client, Deno ends the process; for a body in others' hands, the server.
 *
 * @throws {TypeError}
 * @throws {RangeError} For its status.
 */
export function checkSendable(response: Response): void {
  checkStatus(response.status);
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("Cannot respond: the body of the Response was used already");
  }
  for (const [name, value] of response.headers) {
    if (!isFieldValue(value)) {
      throw new TypeError(`Cannot respond: the value of ${name} has a control character`);
    }
  }
}

/**
 * The option `jsessionid` where it is a function.
 *
 * @module
 */

import type { ErrorReporter } from "../../server/error_reporter.ts";
import { nodeMessages } from "../../runtimes/node/request.ts";

/** Gets Node's objects before the response begins. */
export type JSessionId = {
  // A method, so that a function that names Node's own types fits.
  set(req: RequestHead, res: ResponseHead): unknown;
}["set"];

/** What is typed of a request of Node's. */
export interface RequestHead {
  /** Path and query. */
  readonly url?: string | undefined;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** By name; not decoded. */
  cookies?: Record<string, string>;
}

/** What is typed of a response of Node's. */
export interface ResponseHead {
  /** As in Node. */
  setHeader(name: string, value: string | readonly string[]): unknown;
}

/** Makes an option `jsessionid` without a cookie: the application's function sets it itself. */
export function cookieFunction(
  jsessionid: JSessionId,
  errors: ErrorReporter,
): (request: Request) => undefined {
  return (request) => {
    const messages = nodeMessages(request);
    if (messages === undefined) return;
    const req: RequestHead = messages.req;
    const { cookie } = req.headers;
    // Other code can have made it something else.
    req.cookies = cookiesOf(typeof cookie === "string" ? cookie : "");
    errors.callSafely(() => jsessionid(req, messages.res as unknown as ResponseHead));
  };
}

function cookiesOf(header: string): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null);
  for (const cookie of header.split(";")) {
    const [name = "", ...value] = cookie.split("=");
    cookies[name.trim()] = value.join("=").trim();
  }
  return cookies;
}

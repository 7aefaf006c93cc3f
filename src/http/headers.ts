/**
 * The headers of responses (protocol, section 3).
 *
 * @module
 */

/** Headers in the form that every runtime sends fastest. */
export type ResponseHeaders = Record<string, string>;

/** The content types of all responses. */
export const contentTypes = {
  text: "text/plain; charset=UTF-8",
  html: "text/html; charset=UTF-8",
  json: "application/json; charset=UTF-8",
  javascript: "application/javascript; charset=UTF-8",
  /** The type of RFC 9239. The protocol is older, and has the other. */
  script: "text/javascript; charset=UTF-8",
  eventStream: "text/event-stream",
} as const;

/** The `Cache-Control` of responses that must never be cached. */
export const notCached = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

const yearInSeconds = 31536000;

/** Lets the client cache a response for a year; shared caches too, if it is public. */
export function cacheForAYear(
  headers: ResponseHeaders,
  whose: "public" | "private" = "public",
): void {
  headers["Cache-Control"] = `${whose}, max-age=${yearInSeconds}`;
  headers["Expires"] = new Date(Date.now() + yearInSeconds * 1000).toUTCString();
}

/** Lets pages of any origin read the response, and send cookies. */
export function allowOrigin(headers: ResponseHeaders, request: Request): void {
  const origin = request.headers.get("Origin");
  if (origin === null || origin === "") {
    headers["Access-Control-Allow-Origin"] = "*";
  } else {
    headers["Access-Control-Allow-Origin"] = origin;
    headers["Access-Control-Allow-Credentials"] = "true";
  }
  headers["Vary"] = "Origin";
  const asked = request.headers.get("Access-Control-Request-Headers");
  if (asked !== null && asked !== "") {
    headers["Access-Control-Allow-Headers"] = asked;
  }
}

/** Adds what a preflight request asks for. The response may be cached, by the headers it varies with. */
export function allowMethods(headers: ResponseHeaders, methods: string): void {
  headers["Vary"] = "Origin, Access-Control-Request-Headers";
  headers["Access-Control-Allow-Methods"] = methods;
  headers["Access-Control-Max-Age"] = String(yearInSeconds);
}

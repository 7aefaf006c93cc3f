/**
 * The headers of the protocol, section 3.
 *
 * @module
 */

/** Headers as every runtime sends them fastest. */
export type ResponseHeaders = Record<string, string>;

/** The content types of all answers. */
export const contentTypes = {
  text: "text/plain; charset=UTF-8",
  html: "text/html; charset=UTF-8",
  json: "application/json; charset=UTF-8",
  javascript: "application/javascript; charset=UTF-8",
  /** As of RFC 9239; the protocol is older. */
  script: "text/javascript; charset=UTF-8",
  eventStream: "text/event-stream",
} as const;

/** For what must reach the client anew each time. */
export const notCached = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

const yearInSeconds = 31536000;

/** For what may stay for a year, with the client alone or with caches that others share. */
export function cacheForAYear(
  headers: ResponseHeaders,
  whose: "public" | "private" = "public",
): void {
  headers["Cache-Control"] = `${whose}, max-age=${yearInSeconds}`;
  headers["Expires"] = new Date(Date.now() + yearInSeconds * 1000).toUTCString();
}

/** Lets pages of any origin read the answer, with their cookies. */
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

/** What a preflight request wants to know; its answer may be cached, and depends on all this. */
export function allowMethods(headers: ResponseHeaders, methods: string): void {
  headers["Vary"] = "Origin, Access-Control-Request-Headers";
  headers["Access-Control-Allow-Methods"] = methods;
  headers["Access-Control-Max-Age"] = String(yearInSeconds);
}

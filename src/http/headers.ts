/**
 * The header fields of the protocol, section 3.
 *
 * @module
 */

/** Header fields as every runtime sends them fastest. */
export type Fields = Record<string, string>;

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
export function cacheForAYear(fields: Fields, whose: "public" | "private" = "public"): void {
  fields["Cache-Control"] = `${whose}, max-age=${yearInSeconds}`;
  fields["Expires"] = new Date(Date.now() + yearInSeconds * 1000).toUTCString();
}

/** Lets pages of any origin read the answer, with their cookies. */
export function allowOrigin(fields: Fields, request: Request): void {
  const origin = request.headers.get("Origin");
  if (origin === null || origin === "") {
    fields["Access-Control-Allow-Origin"] = "*";
  } else {
    fields["Access-Control-Allow-Origin"] = origin;
    fields["Access-Control-Allow-Credentials"] = "true";
  }
  fields["Vary"] = "Origin";
  const asked = request.headers.get("Access-Control-Request-Headers");
  if (asked !== null && asked !== "") {
    fields["Access-Control-Allow-Headers"] = asked;
  }
}

/** What a preflight request wants to know; its answer may be cached, and depends on all this. */
export function allowMethods(fields: Fields, methods: string): void {
  fields["Vary"] = "Origin, Access-Control-Request-Headers";
  fields["Access-Control-Allow-Methods"] = methods;
  fields["Access-Control-Max-Age"] = String(yearInSeconds);
}

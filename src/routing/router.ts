/**
 * Finds the route for the path of a request (protocol, section 1).
 *
 * @module
 */

import type { Route } from "./route.ts";

/** Where the path begins and ends in a request's URL. */
export function pathOf(url: string): { start: number; end: number } {
  // On Bun, the URL of a request without a valid `Host` is a bare path.
  const start = url.charCodeAt(0) === slash ? 0 : endOfHost(url);
  const query = url.indexOf("?", start);
  const end = query < 0 ? url.length : query;
  return { start, end };
}

/**
 * Finds where the host ends. Only a slash begins a path: in `http://host?/path`, the rest is a
 * query. The scheme can be any, as in `ftp://x/a/echo`, so it is not skipped by length.
 */
function endOfHost(url: string): number {
  const scheme = url.indexOf(afterScheme);
  if (scheme < 0) return 0;
  for (let at = scheme + afterScheme.length; at < url.length; at++) {
    const unit = url.charCodeAt(at);
    if (unit === slash || unit === question || unit === hash) return at;
  }
  return url.length;
}

const slash = 0x2f;
const question = 0x3f;
const hash = 0x23;
const afterScheme = "://";

/** A route that the router has found. */
export interface Match {
  readonly route: Route;
  /** The session's id; empty if the path has none. */
  readonly sessionId: string;
}

/** The routes of a server. */
export interface Routes {
  readonly greeting: Route;
  /** The iframe page, which has many names; absent if it is switched off. */
  readonly iframe?: Route | undefined;
  /** Pages, by the one segment after the prefix. */
  readonly pages: ReadonlyMap<string, Route>;
  /** Endpoints of sessions, by the segment after server and session. */
  readonly endpoints: ReadonlyMap<string, Route>;
}

/** Finds routes by the path after the prefix. */
export class Router {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /**
   * Finds the route of a URL by its path from `start`, where the prefix ends, to `end`. That part
   * is empty or begins with a slash.
   */
  find(url: string, start = 0, end = url.length): Match | undefined {
    const last = url.charCodeAt(end - 1) === slash ? end - 1 : end;
    if (last <= start) return { route: this.#routes.greeting, sessionId: "" };
    const second = url.indexOf("/", start + 1);
    if (second < 0 || second >= last) return this.#page(url.slice(start + 1, last));
    const third = url.indexOf("/", second + 1);
    if (third < 0 || third >= last) return undefined;
    // `/<server>/<session>/<name>`
    if (second === start + 1 || third === second + 1) return undefined;
    const dot = url.indexOf(".", start);
    if (dot >= 0 && dot < third) return undefined;
    const route = this.#routes.endpoints.get(url.slice(third + 1, last));
    return route && { route, sessionId: url.slice(second + 1, third) };
  }

  #page(name: string): Match | undefined {
    const { pages, iframe } = this.#routes;
    const route = pages.get(name) ?? (isIframeName(name) ? iframe : undefined);
    return route && { route, sessionId: "" };
  }
}

/** Whether a segment names the iframe page. Clients put a version, or more, into the name. */
export function isIframeName(segment: string): boolean {
  return /^iframe[0-9a-z\-._]*\.html$/.test(segment);
}

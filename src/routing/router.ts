/**
 * From the path of a request to what the server does there (protocol, section 1).
 *
 * @module
 */

import type { Route } from "./route.ts";

/** Where the path begins and ends in a request's URL. */
export function pathOf(url: string): { start: number; end: number } {
  // Bun gives a bare path when the request has no valid Host.
  const start = url.charCodeAt(0) === slash ? 0 : endOfHost(url);
  const query = url.indexOf("?", start);
  const end = query < 0 ? url.length : query;
  return { start, end };
}

/**
 * `http://host?/path` has no path but the root: what follows is its query. The scheme is
 * looked for, as a target may have any: `ftp://x/a/echo` would begin in the middle of its path.
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

/** What the router found. */
export interface Match {
  readonly route: Route;
  /** The session's id; empty where the path has none. */
  readonly sessionId: string;
}

/** What a service has under its base URL. */
export interface Routes {
  readonly greeting: Route;
  /** Under many names; absent where it is switched off. */
  readonly iframe?: Route | undefined;
  /** By the single segment after the base URL. */
  readonly pages: ReadonlyMap<string, Route>;
  /** By the segment after server and session. */
  readonly endpoints: ReadonlyMap<string, Route>;
}

/** Finds routes by what follows the prefix. */
export class Router {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /**
   * Looks at a URL from `start`, where its prefix ends, to `end`, where its path does:
   * there is nothing, or a slash and more.
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

/** Whether a segment names the iframe page; clients put versions and the like into it. */
export function isIframeName(segment: string): boolean {
  return /^iframe[0-9a-z\-._]*\.html$/.test(segment);
}

/**
 * From the path of a request to what the server does there (protocol, section 1).
 *
 * @module
 */

import { isPattern } from "./option_checks.ts";
import { isIframeName } from "./pages/iframe.ts";
import type { Route } from "./route.ts";

/** Where the path begins and ends in a request's URL. */
export function pathOf(url: string): { start: number; end: number } {
  // Bun gives a bare path when the request has no valid Host.
  const start = url.charCodeAt(0) === slash ? 0 : url.indexOf("/", afterScheme);
  const query = url.indexOf("?", start);
  const end = query < 0 ? url.length : query;
  return { start, end };
}

const slash = 0x2f;
/** The first place after `http://` and a host of one letter. */
const afterScheme = 8;

/** Gives how much of a path the prefix takes, or -1 when the path is not under it. */
export type PrefixMatcher = (path: string) => number;

/**
 * Makes the matcher for the option `prefix`.
 *
 * @throws {TypeError} If it is no valid regular expression.
 */
export function prefixMatcher(prefix: string | RegExp): PrefixMatcher {
  if (typeof prefix === "string" && !isPattern(prefix)) {
    return literalMatcher(prefix);
  }
  const pattern = segmentPattern(prefix);
  return (path) => pattern.exec(path)?.[0].length ?? -1;
}

function literalMatcher(prefix: string): PrefixMatcher {
  // As clients send it: percent-encoded.
  const { pathname } = new URL(`http://host${prefix}`);
  const literal = pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
  const { length } = literal;
  return (path) =>
    path.startsWith(literal) && (path.length === length || path.charCodeAt(length) === slash)
      ? length
      : -1;
}

/** Anchored at the start, and made to end where a segment does. */
function segmentPattern(prefix: string | RegExp): RegExp {
  const source = typeof prefix === "string" ? prefix.replace(/\/$/, "") : prefix.source;
  const flags = typeof prefix === "string" ? "" : prefix.flags.replace(/[gy]/g, "");
  try {
    return new RegExp(`^(?:${source})(?=/|$)`, flags);
  } catch (cause) {
    throw new TypeError(`Cannot create a server: the prefix ${source} is no valid pattern`, {
      cause,
    });
  }
}

/** What the router found. */
export interface Match {
  readonly route: Route;
  /** The session's id; empty where the path has none. */
  readonly session: string;
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
   * @param path may end with a slash.
   * @param start of what follows the prefix: nothing, or a slash and more.
   */
  find(path: string, start = 0): Match | undefined {
    const { length } = path;
    const end = path.charCodeAt(length - 1) === slash ? length - 1 : length;
    if (end <= start) return { route: this.#routes.greeting, session: "" };
    const second = path.indexOf("/", start + 1);
    if (second < 0 || second >= end) return this.#page(path.slice(start + 1, end));
    const third = path.indexOf("/", second + 1);
    if (third < 0 || third >= end) return undefined;
    // `/<server>/<session>/<name>`
    if (second === start + 1 || third === second + 1) return undefined;
    const dot = path.indexOf(".", start);
    if (dot >= 0 && dot < third) return undefined;
    const route = this.#routes.endpoints.get(path.slice(third + 1, end));
    return route && { route, session: path.slice(second + 1, third) };
  }

  #page(name: string): Match | undefined {
    const { pages, iframe } = this.#routes;
    const route = pages.get(name) ?? (isIframeName(name) ? iframe : undefined);
    return route && { route, session: "" };
  }
}

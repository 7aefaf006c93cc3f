/**
 * Pages that never change, and that clients may cache.
 *
 * @module
 */

import { PlainResponse } from "../http/plain_response.ts";
import { cacheForAYear, type ResponseHeaders } from "../http/headers.ts";
import { type Route, route } from "../routing/route.ts";
import type { Call } from "../routing/call.ts";

/**
 * Makes the route of a page that is cached for a year.
 *
 * @param own headers of this page, which the 304 has too.
 */
export function cachedPage(type: string, body: string, own: Readonly<ResponseHeaders> = {}): Route {
  // The tag covers these headers too: if they change, clients must load the page again.
  const tagged = Object.values(own).concat(body).join("\n");
  const tag = entityTag(new TextEncoder().encode(tagged));
  const respond = (call: Call) => {
    const headers: ResponseHeaders = { ETag: tag, ...own };
    cacheForAYear(headers);
    if (matches(call.request.headers.get("If-None-Match"), tag)) {
      return new PlainResponse(304, headers, null);
    }
    headers["Content-Type"] = type;
    return new PlainResponse(200, headers, body);
  };
  return { ...route({ GET: respond, HEAD: respond }), isPublic: true };
}

/** FNV-1a, 32 bits, with the length. It only has to differ between versions. */
function entityTag(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `"${bytes.byteLength.toString(16)}-${hash.toString(16)}"`;
}

/** The weak comparison of RFC 9110, section 13.1.2. */
function matches(ifNoneMatch: string | null, tag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((candidate) => {
    const trimmed = candidate.trim();
    return trimmed === "*" || trimmed.replace(/^W\//, "") === tag;
  });
}

/**
 * The cookie that load balancers stick to (protocol, section 3).
 *
 * @module
 */

const name = "JSESSIONID=";

/** The `Set-Cookie` value that gives a client its own cookie back, or `dummy`. */
export function stickyCookie(cookies: string | null): string {
  const value = cookies === null ? "" : findCookie(cookies);
  return `${name}${isCookieValue(value) ? value : "dummy"}; path=/`;
}

function findCookie(cookies: string): string {
  for (const cookie of cookies.split(";")) {
    const trimmed = cookie.trim();
    if (trimmed.startsWith(name)) return trimmed.slice(name.length);
  }
  return "";
}

/** Not empty, and all cookie-octets of RFC 6265, so that nothing else gets into the header. */
function isCookieValue(value: string): boolean {
  return /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(value);
}

/** Whether a value may stand in a header: no line ends, nothing beyond Latin-1. */
export function isFieldValue(value: unknown): value is string {
  return typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

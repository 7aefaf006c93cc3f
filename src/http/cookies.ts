/**
 * The cookie by which load balancers send a client to the same server (protocol, section 3).
 *
 * @module
 */

const name = "JSESSIONID=";

/** The `Set-Cookie` value that returns the client's own cookie, or `dummy` if it has none. */
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

/** Whether it is a valid cookie value (RFC 6265), and so safe in a header. */
function isCookieValue(value: string): boolean {
  return /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(value);
}

/** Whether a value is valid in a header: no control characters, nothing beyond Latin-1. */
export function isFieldValue(value: unknown): value is string {
  return typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

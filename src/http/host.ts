/**
 * Checks the `Host` header, which may change the path of a request's URL.
 *
 * @module
 */

/** Whether there is no host, or a valid one. */
export function isHostOrNone(host: string | null | undefined): boolean {
  return host === null || host === undefined || host === "" || isHost(host);
}

/** Whether a request has no `Host` header, or a valid one. */
export function isSentToHost({ headers }: Request): boolean {
  return isHostOrNone(headers.get("Host"));
}

let lastHost = "localhost";

/**
 * Whether a text is a host, with or without a port, and nothing else. A slash or a question mark in
 * it would change where the path of a URL begins.
 */
export function isHost(host: string): boolean {
  if (host === lastHost) return true;
  if (/[^\w.~:[\]-]/.test(host) || !URL.canParse(`http://${host}`)) return false;
  lastHost = host;
  return true;
}

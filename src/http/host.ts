/**
 * What a request says about whom it was sent to.
 *
 * @module
 */

/** Whether what a request says of its host, if anything, could not have become part of its path. */
export function isHostOrNone(host: string | null | undefined): boolean {
  return host === null || host === undefined || host === "" || isHost(host);
}

/** The same of a request that says nothing else of it. */
export function isSentToHost({ headers }: Request): boolean {
  return isHostOrNone(headers.get("Host"));
}

let lastHost = "localhost";

/**
 * Whether that is a host, with a port or without, and nothing else: one with a slash or a
 * question mark in it would say where the path of a URL begins.
 */
export function isHost(host: string): boolean {
  if (host === lastHost) return true;
  if (/[^\w.~:[\]-]/.test(host) || !URL.canParse(`http://${host}`)) return false;
  lastHost = host;
  return true;
}

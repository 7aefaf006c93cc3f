/**
 * What a request says about whom it was sent to.
 *
 * @module
 */

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

/**
 * Checks the `Host` header, which may change the path of a request's URL.
 *
 * @module
 */

import { rememberLast } from "../protocol/remember_last.ts";

/** Whether there is no host, or a valid one. */
export function isHostOrNone(host: string | null | undefined): boolean {
  return host === null || host === undefined || host === "" || isHost(host);
}

/** Whether a request has no `Host` header, or a valid one. */
export function isSentToHost({ headers }: Request): boolean {
  return isHostOrNone(headers.get("Host"));
}

/**
 * Whether a text is a host, with or without a port, and nothing else. A slash or a question mark in
 * it would change where the path of a URL begins.
 */
export const isHost: (host: string) => boolean = rememberLast((host: string) =>
  !/[^\w.~:[\]-]/.test(host) && URL.canParse(`http://${host}`)
);

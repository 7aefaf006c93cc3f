/**
 * What a request says about whom it was sent to.
 *
 * @module
 */

import { rememberLast } from "../protocol/remember_last.ts";

/** Whether what a request says of its host, if anything, could not have become part of its path. */
export function isHostOrNone(host: string | null | undefined): boolean {
  return host === null || host === undefined || host === "" || isHost(host);
}

/** The same of a request that says nothing else of it. */
export function isSentToHost({ headers }: Request): boolean {
  return isHostOrNone(headers.get("Host"));
}

/**
 * Whether that is a host, with a port or without, and nothing else: one with a slash or a
 * question mark in it would say where the path of a URL begins. Most requests name the same.
 */
export const isHost: (host: string) => boolean = rememberLast((host: string) =>
  !/[^\w.~:[\]-]/.test(host) && URL.canParse(`http://${host}`)
);

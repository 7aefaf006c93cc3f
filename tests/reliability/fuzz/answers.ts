/**
 * Checks that hold for every response, whatever the request was.
 *
 * @module
 */

import type { ResponseHead } from "../../support/raw_response.ts";
import { prefixes } from "./services.ts";

/** What we or a runtime say below 500, and a guest's 402. */
export const statuses = [
  ...[100, 101, 200, 204, 304, 400, 402, 403, 404, 405, 408, 411, 413, 414, 417, 426, 431],
];

/** What a runtime may say by itself to methods, versions and encodings of its own liking. */
const ofRuntimes = [501, 505];

const texts503 = ["Too many sessions", "Too many bytes are waiting", "Server is shutting down"];

const texts500 = [
  '"callback" parameter required',
  'invalid "callback" parameter',
  "Payload expected.",
  "Broken JSON encoding.",
];

/** All header fields that a response may have: others must have come with the request. */
const fields = new Set([
  ...["access-control-allow-credentials", "access-control-allow-headers"],
  ...["access-control-allow-methods", "access-control-allow-origin", "access-control-max-age"],
  ...["allow", "cache-control", "connection", "content-length", "content-type", "date", "etag"],
  ...["expires", "keep-alive", "sec-websocket-accept", "sec-websocket-version", "set-cookie"],
  ...["transfer-encoding", "upgrade", "vary", "x-accel-buffering", "x-content-type-options"],
  // Of the guest's answer; and Deno's, where it compresses.
  ...["x-own", "content-encoding"],
]);

/** Fails on what no response's head may be. `isSound` is said of the request. */
export function checkHead(head: ResponseHead, isSound: boolean): void {
  const { status } = head;
  const isKnown = statuses.includes(status) || status === 500 || status === 503 ||
    (!isSound && ofRuntimes.includes(status));
  if (!isKnown) throw new Error(`The status ${status} is not documented`);
  for (const [name, value] of head.headers) {
    if (!fields.has(name.toLowerCase())) throw new Error(`The answer has ${name}: ${value}`);
  }
}

/** Fails on an error of the server that is not one of the protocol, or of a limit. */
export function checkError(status: number, body: string, request: string): void {
  if (status === 503 && !texts503.includes(body)) throw new Error(`503 with "${body}"`);
  if (status !== 500 || texts500.includes(body)) return;
  // There, the application throws.
  if (body === "Internal error" && request.includes(prefixes.judged)) return;
  throw new Error(`500 with "${body}"`);
}

/** Whether the response goes on until its client leaves. */
export function isStream(head: ResponseHead): boolean {
  return head.status === 200 && head.header("x-accel-buffering") !== undefined;
}

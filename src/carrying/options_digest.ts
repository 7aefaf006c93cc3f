/**
 * Options that all servers of a cluster have to have in common, if they share sessions.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Settings } from "../options/settings.ts";

/**
 * What is logged if they differ. The prefix is not named: servers with different ones have different
 * sessions, and never meet.
 */
export const differentOptions = "Another server of this cluster shares sessions, and has other " +
  "options. Give all of them the same transports, maxMessageSize, maxBufferedBytes, highWaterMark, " +
  "responseLimit, responseTimeLimit, heartbeatDelay, disconnectDelay, answerTimeout, peerTimeout, " +
  "and authorize everywhere or nowhere";

/** A short text that is the same for the same options. */
export function optionsDigest(
  settings: Settings,
  { answerTimeout, peerTimeout }: { readonly answerTimeout: number; readonly peerTimeout: number },
): string {
  const { maxMessageSize, maxBufferedBytes, highWaterMark, responseLimit } = settings;
  const { responseTimeLimit, heartbeatDelay, disconnectDelay } = settings;
  const values = [
    [...settings.transports].sort(),
    settings.authorize !== undefined,
    ...[maxMessageSize, maxBufferedBytes, highWaterMark, responseLimit],
    ...[responseTimeLimit, heartbeatDelay, disconnectDelay, answerTimeout, peerTimeout],
  ];
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 8);
}

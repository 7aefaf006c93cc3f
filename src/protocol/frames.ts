/**
 * The text of every frame, from the server to the client (protocol, section 4).
 *
 * @module
 */

import { encodeMessage } from "./escape.ts";

/** The first frame of every new session. */
export const openFrame = "o";

/** Keeps an idle connection alive. */
export const heartbeatFrame = "h";

/** One frame with all of these messages, which are encoded already. */
export function messagesFrame(encoded: readonly string[]): string {
  return encoded.length === 1 ? "a[" + encoded[0] + "]" : "a[" + encoded.join(",") + "]";
}

/** The last frame of a session. */
export function closeFrame(code: number, reason: string): string {
  return "c[" + code + "," + encodeMessage(reason) + "]";
}

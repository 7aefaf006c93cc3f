/**
 * What a client says to the server: a JSON array of strings (protocol,
 * sections 4 and 6).
 *
 * @module
 */

import { isPlain } from "./escape.ts";

/** Why a payload is refused: the text that the client gets to read. */
export type PayloadError = "Payload expected." | "Broken JSON encoding.";

/** The messages of a send's body, all of them or none. */
export function decodeBody(text: string): readonly string[] | PayloadError {
  if (text === "") return "Payload expected.";
  if (isPlainArray(text)) return [text.slice(2, -2)];
  const value = parse(text);
  if (value === undefined) return "Broken JSON encoding.";
  return isMessages(value) ? value : "Payload expected.";
}

/**
 * The messages of a websocket's text frame, which may also be a single JSON
 * string. `undefined` when the frame is broken.
 */
export function decodeText(text: string): readonly string[] | undefined {
  if (text === "") return [];
  if (isPlainArray(text)) return [text.slice(2, -2)];
  const value = parse(text);
  if (typeof value === "string") return [value];
  return isMessages(value) ? value : undefined;
}

/** Whether it is the short array of one message that most are: 100 ns, where parsing takes 490. */
function isPlainArray(text: string): boolean {
  return text.length >= 4 && text.startsWith('["') && text.endsWith('"]') &&
    isPlain(text, 2, text.length - 2);
}

/** JSON has no `undefined`, so that stands for text that is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMessages(value: unknown): value is string[] {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== "string") return false;
  }
  return true;
}

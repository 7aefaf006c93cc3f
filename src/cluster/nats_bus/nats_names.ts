/**
 * Names of channels and keys, as NATS takes them in subjects and keys.
 *
 * @module
 */

/** What NATS takes as it is; the slash stands for a colon. */
const plain = /^[\w:-]+$/;
const others = /[^\w:-]/gu;

const encoder = new TextEncoder();

/**
 * Encodes well-formed text, so that different texts stay different. Letters, digits, `-` and `_` stay
 * as they are, and a colon becomes a slash.
 */
export function encodedName(text: string): string {
  // A part of a subject must not be empty.
  if (text === "") return "=";
  const encoded = plain.test(text) ? text : text.replace(others, escaped);
  return encoded.includes(":") ? encoded.replaceAll(":", "/") : encoded;
}

function escaped(character: string): string {
  let hex = "";
  for (const byte of encoder.encode(character)) hex += `=${byte.toString(16).padStart(2, "0")}`;
  return hex;
}

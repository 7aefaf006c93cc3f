/**
 * Encodes messages as JSON that survives every browser and proxy (protocol, section 4).
 *
 * @module
 */

/**
 * The characters that some clients and proxies damage, without those that JSON escapes itself
 * (U+0000-001F and lone surrogates).
 *
 * This is a regular expression on a hot path, because V8 knows that it cannot match in a string
 * of one-byte characters: 127 ns for 64 KiB; a loop takes 190 µs.
 */
const fragile = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufff0-\uffff]/;
const everyFragile = new RegExp(fragile, "g");

/**
 * Encodes a message as a JSON string in which fragile code units appear only as
 * lower-case `\uXXXX`.
 */
export function encodeMessage(message: string): string {
  const json = JSON.stringify(message);
  return isSafe(json) ? json : json.replace(everyFragile, escapeUnit);
}

/** Whether JSON has no character that has to be escaped. */
export function isSafe(json: string): boolean {
  return !fragile.test(json);
}

/** Below this length, a loop is faster than JSON and the expression: 130 ns, not 330, for 32 characters. */
const short = 128;

/** Whether a part of a text is the same in JSON. Always false for a long part. */
export function isPlain(text: string, start = 0, end = text.length): boolean {
  if (end - start >= short) return false;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === quote || unit === backslash) return false;
  }
  return true;
}

const quote = 0x22;
const backslash = 0x5c;

function escapeUnit(unit: string): string {
  return "\\u" + unit.charCodeAt(0).toString(16);
}

/**
 * A second, simple implementation of frames, by section 4, to compare the server's output with.
 *
 * @module
 */

/** Code units that never stand for themselves, besides those JSON escapes. */
const escaped: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0x001f],
  [0x200c, 0x200f],
  [0x2028, 0x202f],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfff0, 0xffff],
];

/** A frame of messages. */
export function messageFrame(...messages: string[]): string {
  return `a${escape(JSON.stringify(messages))}`;
}

/** A close frame. */
export function closeFrame(code: number, reason: string): string {
  return `c[${code},${escape(JSON.stringify(reason))}]`;
}

function escape(json: string): string {
  return codeUnits(json).map((unit) =>
    escaped.some(([first, last]) => first <= unit && unit <= last)
      ? escapeOf(unit)
      : String.fromCharCode(unit)
  ).join("");
}

function codeUnits(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/** Every code unit there is, in messages of 4096. */
export function everyCodeUnit(): string[] {
  return Array.from({ length: 16 }, (_, block) => {
    const units = Array.from(
      { length: 4096 },
      (_, unit) => block * 4096 + unit,
    );
    return String.fromCharCode(...units);
  });
}

/** JSON of messages in ASCII, as no encoder writes it: each unit escaped. */
export function asciiJson(messages: readonly string[]): string {
  const strings = messages.map((message) => `"${codeUnits(message).map(escapeOf).join("")}"`);
  return `[${strings.join(",")}]`;
}

/**
 * Copies strings that are kept.
 *
 * @module
 */

/**
 * A copy of a string, for what is kept for long. A part of a string, such as `message.slice(4)`, may
 * keep the whole string in memory.
 */
export function ownCopy(text: string): string {
  // On Bun, joining it with another string and taking that off again makes no copy.
  return JSON.parse(JSON.stringify(text));
}

/**
 * Text of a client, in a form that is safe in a log.
 *
 * @module
 */

/** Characters of a text that are shown. */
const maxLength = 100;

/**
 * Puts a text between quotes. Whatever is not printable ASCII is escaped, so that no client can
 * begin a line or change what a terminal shows. A long text is cut.
 */
export function quoted(text: string): string {
  const shown = text.slice(0, maxLength).replace(/[^\x20-\x7e]|["\\]/g, escaped);
  return text.length > maxLength ? `"${shown}"...` : `"${shown}"`;
}

function escaped(unit: string): string {
  if (unit === '"' || unit === "\\") return `\\${unit}`;
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

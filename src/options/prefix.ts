/**
 * The option `prefix`: its check, and the matcher that finds paths under it.
 *
 * @module
 */

import { type Check, show } from "./checks.ts";

const slash = 0x2f;

/**
 * Returns where the prefix ends in a URL whose path is from `start` to `end`; -1 if the path is not
 * under the prefix.
 */
export type PrefixMatcher = (url: string, start?: number, end?: number) => number;

/**
 * Makes the matcher of a prefix that passed its check.
 *
 * @throws {TypeError} If the prefix is not a valid regular expression.
 */
export function prefixMatcher(prefix: string | RegExp): PrefixMatcher {
  if (isLiteral(prefix)) return literalMatcher(prefix);
  const pattern = segmentPattern(prefix);
  return (url, start = 0, end = url.length) => {
    const path = url.slice(start, end);
    // A prefix that ends in a slash also matches the path without that slash.
    const prefixEnd = (pattern.exec(path) ?? pattern.exec(`${path}/`))?.[0];
    if (prefixEnd === undefined) return -1;
    return start + (prefixEnd.endsWith("/") ? prefixEnd.length - 1 : prefixEnd.length);
  };
}

/** A path, or a pattern of paths. A prefix that can match no path is refused. */
export const aPrefix: Check = {
  allowed: "a path that begins with /, or a RegExp that matches one",
  test: (value) =>
    value instanceof RegExp
      ? mayBeginPath(value.source)
      : typeof value === "string" && !/#|[^(]\?[\w-]*=/.test(value) &&
        (value === "" || value[0] === "/" || (!isLiteral(value) && mayBeginPath(value))),
  advice(value) {
    if (value instanceof RegExp) return "paths begin with a slash: write one such as /\\/echo/";
    if (typeof value !== "string") return undefined;
    const path = value.replace(/^\s*(\w+:\/\/[^/]*)?\/*/, "/").replace(/[?#].*/, "");
    return `write ${show(path)}, without a host or a query`;
  },
};

/** False if the pattern certainly matches nothing that begins with a slash. */
function mayBeginPath(source: string): boolean {
  // If a group is optional, the pattern may begin after it.
  if (/\)[?*{]/.test(source)) return true;
  const beginsOtherwise = /^\^?(\((\?:)?)*[\w%~-](?![?*{])/;
  return !source.split("|").every((part) => beginsOtherwise.test(part));
}

/** Whether a prefix is the path itself, and no regular expression. A dot alone makes it none. */
export function isLiteral(prefix: string | RegExp): prefix is string {
  return typeof prefix === "string" && !/[\\^$*+?()[\]{}|]/.test(prefix);
}

function literalMatcher(prefix: string): PrefixMatcher {
  // Percent-encoded, as clients send it.
  const { pathname } = new URL(`http://host${prefix}`);
  const literal = pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
  const { length } = literal;
  return (url, start = 0, end = url.length) => {
    const prefixEnd = start + length;
    const isUnder = prefixEnd <= end && url.startsWith(literal, start) &&
      (prefixEnd === end || url.charCodeAt(prefixEnd) === slash);
    return isUnder ? prefixEnd : -1;
  };
}

/** Matches the end of a segment, before or after its slash. */
const segmentEnd = "(?:(?=/|$)|(?<=/))";

/** The pattern from the start of the path to the end of a segment. */
function segmentPattern(prefix: string | RegExp): RegExp {
  const { source, flags } = typeof prefix === "string" ? { source: prefix, flags: "" } : prefix;
  try {
    // Compiled alone first, because a surplus parenthesis would close the group below.
    new RegExp(source, flags);
    // Without the flags that let it match elsewhere or depend on the last match.
    return new RegExp(`^(?:${ofPrefix(source, flags)})${segmentEnd}`, flags.replace(/[gmy]/g, ""));
  } catch (cause) {
    const mistake = `the prefix ${source} is not a valid regular expression`;
    throw new TypeError(`Cannot create a server: ${mistake}`, { cause });
  }
}

/**
 * The pattern in the form that paths need. A `$` means the end of the prefix, not of the path. Spaces
 * and characters beyond ASCII are percent-encoded, as they are in paths.
 */
function ofPrefix(source: string, flags: string): string {
  let made = "";
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const unit = source[at]!;
    if (unit === "\\") {
      made += unit + (source[++at] ?? "");
      continue;
    }
    // Only the flag v allows a class within a class.
    if (unit === "[" && (depth === 0 || flags.includes("v"))) depth++;
    else if (unit === "]" && depth > 0) depth--;
    const isEncoded = depth === 0 && (unit === " " || unit > "~");
    if (isEncoded) {
      const character = String.fromCodePoint(source.codePointAt(at)!);
      at += character.length - 1;
      made += `(?:${encodeURIComponent(character)})`;
    } else made += unit === "$" && depth === 0 ? segmentEnd : unit;
  }
  return made;
}

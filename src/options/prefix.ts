/**
 * The option `prefix`: which paths are under it.
 *
 * @module
 */

import { type Check, show } from "./checks.ts";

const slash = 0x2f;

/**
 * Gives where the prefix ends in a URL whose path is from `start` to `end`, or -1 when
 * the path is not under it.
 */
export type PrefixMatcher = (url: string, start?: number, end?: number) => number;

/**
 * Makes the matcher for a prefix that was checked.
 *
 * @throws {TypeError} If it is no valid regular expression.
 */
export function prefixMatcher(prefix: string | RegExp): PrefixMatcher {
  if (isLiteral(prefix)) return literalMatcher(prefix);
  const pattern = segmentPattern(prefix);
  return (url, start = 0, end = url.length) => {
    const path = url.slice(start, end);
    // The second time for one with a slash at its end, of a path without.
    const prefixEnd = (pattern.exec(path) ?? pattern.exec(`${path}/`))?.[0];
    if (prefixEnd === undefined) return -1;
    return start + (prefixEnd.endsWith("/") ? prefixEnd.length - 1 : prefixEnd.length);
  };
}

/** What a prefix may be; one that no path can begin with would be found out by nobody. */
export const aPrefix: Check = {
  allowed: "a path from / on, or a RegExp of one",
  test: (value) =>
    value instanceof RegExp
      ? mayBeginPath(value.source)
      : typeof value === "string" && !/#|[^(]\?[\w-]*=/.test(value) &&
        (value === "" || value[0] === "/" || (!isLiteral(value) && mayBeginPath(value))),
  advice(value) {
    if (value instanceof RegExp) return "paths begin with a slash: write one such as /\\/echo/";
    if (typeof value !== "string") return undefined;
    const path = value.replace(/^\s*(\w+:\/\/[^/]*)?\/*/, "/").replace(/[?#].*/, "");
    return `write ${show(path)}, with neither a host nor a query`;
  },
};

/** False where it is certain that it matches nothing with a slash at its beginning. */
function mayBeginPath(source: string): boolean {
  // Of a group that may be left out, nothing is known.
  if (/\)[?*{]/.test(source)) return true;
  const beginsOtherwise = /^\^?(\((\?:)?)*[\w%~-](?![?*{])/;
  return !source.split("|").every((part) => beginsOtherwise.test(part));
}

/** Whether a prefix is the path itself, and no regular expression. A dot alone makes it none. */
export function isLiteral(prefix: string | RegExp): prefix is string {
  return typeof prefix === "string" && !/[\\^$*+?()[\]{}|]/.test(prefix);
}

function literalMatcher(prefix: string): PrefixMatcher {
  // As clients send it: percent-encoded.
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

/** Where a segment ends, with its slash or without. */
const segmentEnd = "(?:(?=/|$)|(?<=/))";

/** Anchored at the start, and made to end where a segment does. */
function segmentPattern(prefix: string | RegExp): RegExp {
  const { source, flags } = typeof prefix === "string" ? { source: prefix, flags: "" } : prefix;
  try {
    // By itself, for a parenthesis too many would be ours otherwise.
    new RegExp(source, flags);
    // From the start of the path, not of a line in it, and without a memory of the last match.
    return new RegExp(`^(?:${ofPrefix(source, flags)})${segmentEnd}`, flags.replace(/[gmy]/g, ""));
  } catch (cause) {
    throw new TypeError(`Cannot create a server: the prefix ${source} is no valid pattern`, {
      cause,
    });
  }
}

/**
 * A pattern as paths have it. Its `$` is the end of the prefix, not of a path; and spaces and
 * what is no ASCII stand there percent-encoded.
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
    // Of classes, only the flag v has some within others.
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

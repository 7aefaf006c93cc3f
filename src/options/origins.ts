/**
 * The option `origins`: what it may be, and what is often meant by what it may not.
 *
 * @module
 */

import { type Check, show } from "./checks.ts";

/** A list of origins as browsers send them, or any. */
export const anOriginList: Check = {
  allowed: '"*", a list of origins such as "https://example.com"',
  test: (value) => value === "*" || (Array.isArray(value) && value.every(isOrigin)),
  advice(value) {
    const wrong = Array.isArray(value) ? value.find((each) => !isOrigin(each)) : value;
    if (typeof wrong !== "string") return undefined;
    if (wrong === "*") return 'write "*", without a list';
    return isOrigin(wrong) ? `write [${show(wrong)}]` : adviceOn(wrong);
  },
};

/** A pattern of them, which has to match all of one. */
export const anOriginPattern: Check = {
  allowed: "a RegExp of all of an origin",
  test: (value) => value instanceof RegExp && mayMatchOrigin(value),
  advice: (value) =>
    value instanceof RegExp
      ? "write the scheme, too, as in /https:\\/\\/(.+\\.)?example\\.com/"
      : undefined,
};

function isOrigin(value: unknown): boolean {
  if (value === "null") return true;
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  // One with a wildcard would be compared as it stands, and allow nobody.
  return value === originOf(value) && !value.includes("*");
}

function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** What browsers send of the place that was meant. */
function adviceOn(text: string): string | undefined {
  const hasScheme = text.includes("://");
  const url = hasScheme ? text : `https://${text.replace(/^\/+/, "")}`;
  if (text.includes("*")) {
    const escaped = url.replace(/\/+$/, "").replace(/[.+?^${}()|[\]\\]/g, "\\$&");
    return `write a RegExp, ${new RegExp(escaped.replaceAll("*", "[^/]+"))}`;
  }
  if (!URL.canParse(url)) return undefined;
  const origin = originOf(url);
  const why = !hasScheme
    ? "with https:// or http://"
    : text === `${origin}/`
    ? "with no slash at the end"
    : "as browsers send it: in lower case, with no path and no port that goes without saying";
  return `write ${show(origin)}, ${why}`;
}

/**
 * False where it is certain that it matches none: there is nothing in it that stands for the
 * colon after the scheme.
 */
function mayMatchOrigin(pattern: RegExp): boolean {
  const literal = pattern.source.replace(/\\[.\/-]/g, "");
  // Unlike `test`, this neither heeds nor moves the place where the last match has ended.
  return /[:.[\\]|\(\?/.test(literal) || "null".search(pattern) >= 0;
}

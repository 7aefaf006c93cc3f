/**
 * Checks of the option `origins`, with advice for common mistakes.
 *
 * @module
 */

import { type Check, show } from "./checks.ts";

/** `"*"`, or a list of origins in the form in which browsers send them. */
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

/** A pattern that has to match a whole origin. */
export const anOriginPattern: Check = {
  allowed: "a RegExp that matches a whole origin",
  test: (value) => value instanceof RegExp && mayMatchOrigin(value),
  advice: (value) =>
    value instanceof RegExp
      ? "include the scheme, as in /https:\\/\\/(.+\\.)?example\\.com/"
      : undefined,
};

function isOrigin(value: unknown): boolean {
  if (value === "null") return true;
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  // Origins are compared letter by letter, so one with a wildcard would never match.
  return value === originOf(value) && !value.includes("*");
}

function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Advice with the origin in the form in which browsers send it. */
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
    ? "without a slash at the end"
    : "as browsers send it: in lower case, without a path and without a default port";
  return `write ${show(origin)}, ${why}`;
}

/**
 * False if the pattern certainly matches no origin, because nothing in it can match the colon
 * after the scheme.
 */
function mayMatchOrigin(pattern: RegExp): boolean {
  const literal = pattern.source.replace(/\\[.\/-]/g, "");
  // Unlike `test`, `search` neither uses nor changes `lastIndex`.
  return /[:.[\\]|\(\?/.test(literal) || "null".search(pattern) >= 0;
}

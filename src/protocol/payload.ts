/**
 * What a client says to the server: a JSON array of strings (protocol,
 * sections 4 and 6).
 *
 * `JSON.parse` is not given lists: V8 keeps strings of up to ten characters in one table of the
 * process, where those of digits have places that anybody can foresee. On Deno 2.9, a megabyte of
 * such as meet in one place takes nine seconds. So it gets one string at a time, none of them short.
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
  return messagesOf(text) ?? (isJson(text) ? "Payload expected." : "Broken JSON encoding.");
}

/**
 * The messages of a websocket's text frame, which may also be a single JSON
 * string. `undefined` when the frame is broken.
 */
export function decodeText(text: string): readonly string[] | undefined {
  if (text === "") return [];
  if (isPlainArray(text)) return [text.slice(2, -2)];
  return messagesOf(text) ?? singleOf(text);
}

/** Whether it is the short array of one message that most are: 100 ns, where parsing takes 490. */
function isPlainArray(text: string): boolean {
  return text.length >= 4 && text.startsWith('["') && text.endsWith('"]') &&
    isPlain(text, 2, text.length - 2);
}

/** The messages of an array of strings; nothing where it is none. */
function messagesOf(text: string): string[] | undefined {
  let at = afterSpace(text, 0);
  if (text.charCodeAt(at) !== openingBracket) return undefined;
  const messages: string[] = [];
  at = afterSpace(text, at + 1);
  if (text.charCodeAt(at) === closingBracket) return endsAt(text, at + 1) ? messages : undefined;
  for (;; at = afterSpace(text, at + 1)) {
    const end = endOfString(text, at);
    const message = end < 0 ? undefined : decodeString(text, at, end);
    if (message === undefined) return undefined;
    messages.push(message);
    at = afterSpace(text, end);
    const unit = text.charCodeAt(at);
    if (unit === closingBracket) return endsAt(text, at + 1) ? messages : undefined;
    if (unit !== comma) return undefined;
  }
}

function singleOf(text: string): [string] | undefined {
  const start = afterSpace(text, 0);
  const end = endOfString(text, start);
  const message = end >= 0 && endsAt(text, end) ? decodeString(text, start, end) : undefined;
  return message === undefined ? undefined : [message];
}

/** The place behind the string that begins there; -1 where none does, or where it has no end. */
function endOfString(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) return -1;
  for (let at = start;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return -1;
    let escapes = at;
    while (text.charCodeAt(escapes - 1) === backslash) escapes--;
    if ((at - escapes) % 2 === 0) return at + 1;
  }
}

/** Longer than what goes into that table. */
const padding = " ".repeat(16);

/** What the string between these places says; nothing where it breaks the rules of JSON. */
function decodeString(text: string, start: number, end: number): string | undefined {
  const isCopied = end - start - 2 <= maxCopied || text.length <= maxHeld;
  if (isCopied && end - start < short) {
    const part = text.slice(start + 1, end - 1);
    if (isLiteral(part)) return part;
  }
  try {
    return end - start < short
      ? (JSON.parse(`${text.slice(start, end - 1)}${padding}"`) as string).slice(0, -padding.length)
      : JSON.parse(text.slice(start, end)) as string;
  } catch {
    return undefined;
  }
}

/**
 * Engines keep a text as long as a part of it is there, unless that is no longer than this; and
 * JavaScriptCore even then until somebody has looked into it. An application that keeps one
 * message would keep a megabyte of others.
 */
const maxCopied = 12;
/** A text that is no longer may be kept. */
const maxHeld = 256;

/** Up to here, it may be of ten characters that are all escaped, and a loop is faster. */
const short = 128;

/** Whether a part of a text, which has no quotes, stands for itself. */
function isLiteral(part: string): boolean {
  for (let i = 0; i < part.length; i++) {
    const unit = part.charCodeAt(i);
    if (unit < 0x20 || unit === backslash) return false;
  }
  return true;
}

/** With at most two digits in it, for a list of others may be long. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/[2-9]/g, "1"));
    return true;
  } catch {
    return false;
  }
}

function endsAt(text: string, at: number): boolean {
  return afterSpace(text, at) === text.length;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  for (;; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return at;
  }
}

const openingBracket = 0x5b;
const closingBracket = 0x5d;
const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;

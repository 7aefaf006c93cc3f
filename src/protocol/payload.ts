/**
 * Decodes what clients send: a JSON array of strings (protocol, sections 4 and 6).
 *
 * `JSON.parse` never gets the list. V8 keeps strings of up to ten characters in one hash table of
 * the process, and the hash of a string of digits is predictable. On Deno 2.9, a megabyte of
 * colliding strings takes nine seconds. So `JSON.parse` gets one string at a time, and never a
 * short one.
 *
 * @module
 */

import { isPlain } from "./escape.ts";

/** Why a payload is refused; the client gets this text. */
export type PayloadError = "Payload expected." | "Broken JSON encoding.";

/** The messages in the body of a send, or the reason why there are none. */
export function decodeBody(text: string): readonly string[] | PayloadError {
  if (text === "") return "Payload expected.";
  if (isPlainArray(text)) return [text.slice(2, -2)];
  return messagesOf(text) ?? reasonOf(text);
}

/** The longest refused text, in characters, that is parsed to name the reason. */
const maxParsed = 1024 * 1024;

/** Parsing 64 MiB only for the reason takes up to 23 s and 2.5 GB, and can end the process. */
function reasonOf(text: string): PayloadError {
  const isOtherJson = text.length <= maxParsed && isJson(text);
  return isOtherJson ? "Payload expected." : "Broken JSON encoding.";
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

/** Whether it is a short array of one plain message, as most are: 100 ns; parsing takes 490. */
function isPlainArray(text: string): boolean {
  return text.length >= 4 && text.startsWith('["') && text.endsWith('"]') &&
    isPlain(text, 2, text.length - 2);
}

/** The messages of an array of strings; `undefined` if the text is not such an array. */
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

/** Where the string ends that begins at `start`; -1 if none begins there, or if it has no end. */
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

/** Makes a string too long for V8's table. */
const padding = " ".repeat(16);

/** Decodes the string from `start` to `end`; `undefined` if it is not valid JSON. */
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
 * The longest slice, in characters, that an engine copies. A longer slice keeps the whole text in
 * memory, so an application that keeps one message would keep a megabyte of others. (JavaScriptCore
 * copies a slice only when it is read.)
 */
const maxCopied = 12;
/** A text up to this length may stay in memory. */
const maxHeld = 256;

/** A shorter string may be ten escaped characters, which V8's table takes; and a loop is faster. */
const short = 128;

/** Whether the inside of a JSON string, without its quotes, is the string itself. */
function isLiteral(part: string): boolean {
  for (let i = 0; i < part.length; i++) {
    const unit = part.charCodeAt(i);
    if (unit < 0x20 || unit === backslash) return false;
  }
  return true;
}

/** Whether a text is JSON. Digits are replaced first, so that no strings can collide in V8's table. */
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

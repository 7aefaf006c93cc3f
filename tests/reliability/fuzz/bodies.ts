/**
 * Request bodies, and the headers that declare their length.
 *
 * @module
 */

import { fromLatin1, latin1 } from "../../support/bytes.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import type { Field } from "../../support/hpack.ts";
import { fieldOfForm } from "./decoding.ts";
import { drawPayload } from "./payloads.ts";

/** A body, one byte a character. */
export interface Body {
  readonly type: string | undefined;
  readonly bytes: string;
  /** The payload that `jsonp_send` finds there; `xhr_send` takes all of it. */
  readonly field: string;
  readonly whole: string;
}

const form = "application/x-www-form-urlencoded";
const types = ["text/plain", "application/json; charset=utf-8", "T", "", "text/xml;charset=x"];

/** Draws what a send could have for a body. */
export function drawBody(random: SeededRandom): Body {
  const { text } = drawPayload(random);
  if (random.chance(0.3)) return drawForm(random, text);
  const type = random.chance(0.7) ? random.pick(types) : undefined;
  const bytes = damaged(random, utf8(text));
  const whole = decoded(bytes);
  return { type, bytes, field: whole, whole };
}

function drawForm(random: SeededRandom, payload: string): Body {
  const fields = [`d=${encoded(payload)}`];
  if (random.chance(0.3)) {
    fields.unshift(random.pick(["a=b", "", "d", "D=x", "dd=[]", "%64=%5B%5D"]));
  }
  if (random.chance(0.3)) fields.push(random.pick(["d=%5B%5D", "a", "=", "%"]));
  let bytes = utf8(fields.join("&"));
  if (random.chance(0.2)) bytes = damaged(random, bytes);
  const whole = decoded(bytes);
  const type = random.pick([form, form, form.toUpperCase(), `${form}; charset=UTF-8`]);
  return { type, bytes, field: fieldOfForm(whole), whole };
}

/** Percent-encoded; surrogates without a partner are no text that a form could have. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll("%20", "+");
}

/** UTF-8 that may be none any more. */
function damaged(random: SeededRandom, bytes: string): string {
  if (random.chance(0.85)) return bytes;
  // Not in an escape of a form: what is left of that, each runtime reads in its own way.
  const at = bytes.slice(0, random.below(bytes.length + 1)).replace(/%.?$/, "").length;
  const bad = random.pick([
    "\xff",
    "\x80",
    "\xc0\x80",
    "\xed\xa0\x80",
    "\xe2\x82",
    "\xef\xbb\xbf",
    "\0",
  ]);
  return bytes.slice(0, at) + bad + bytes.slice(at);
}

/** The headers of a body, and the bytes that follow the head. */
export function framed(random: SeededRandom, body: string): { fields: Field[]; bytes: string } {
  if (random.chance(0.8)) return { fields: [["Content-Length", `${body.length}`]], bytes: body };
  const chunks: string[] = [];
  for (let at = 0; at < body.length;) {
    const chunk = body.slice(at, at + 1 + random.below(random.pick([3, 50, 5000])));
    const size = chunk.length.toString(16).padStart(random.pick([1, 1, 4]), "0");
    const extension = random.chance(0.05) ? random.pick([";x", ";x=y", ';x="y"']) : "";
    chunks.push(`${size}${extension}\r\n${chunk}\r\n`);
    at += chunk.length;
  }
  const bytes = `${chunks.join("")}0\r\n\r\n`;
  return { fields: [["Transfer-Encoding", "chunked"]], bytes };
}

/** The same with a fault: a length that is wrong, chunks that break off. */
export function misframed(random: SeededRandom, body: string): { fields: Field[]; bytes: string } {
  const { fields, bytes } = framed(random, body);
  const lengths = [body.length + 5, Math.max(0, body.length - 3), 0, -1, "x", ""];
  const wrong: Field = ["Content-Length", String(random.pick(lengths))];
  return random.pick([
    { fields: [], bytes },
    { fields: [wrong], bytes },
    { fields: [...fields, wrong], bytes },
    { fields, bytes: bytes.replace(/(\r\n)$/, "X-Trailer: x$1$1") },
    { fields, bytes: bytes.slice(0, random.below(bytes.length + 1)) },
    { fields: [["Transfer-Encoding", "chunked"]], bytes: `zz\r\n${bytes}` },
    { fields: [["Transfer-Encoding", "chunked"]], bytes: `fffffffff\r\n${bytes}` },
    { fields: [["Transfer-Encoding", "chunked"]], bytes: bytes.replaceAll("\r\n", "\n") },
  ]);
}

/** Text as UTF-8, one byte a character. */
export function utf8(text: string): string {
  return latin1(new TextEncoder().encode(text));
}

function decoded(bytes: string): string {
  return new TextDecoder().decode(fromLatin1(bytes));
}

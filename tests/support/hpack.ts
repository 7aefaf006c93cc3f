/**
 * The part of HPACK (RFC 7541) that a client without a table needs: literal headers in requests,
 * and the status of responses.
 *
 * @module
 */

import { concatenate, fromLatin1 } from "./bytes.ts";

/** A header field as it is sent, one byte a character. */
export type Field = readonly [name: string, value: string];

/** Fields of a request, pseudo-fields first; none of them is to be remembered. */
export function encodeFields(fields: readonly Field[]): Uint8Array {
  return concatenate(
    fields.flatMap(([name, value]) => [new Uint8Array([0]), ...string(name), ...string(value)]),
  );
}

function string(text: string): Uint8Array[] {
  return [integer(text.length, 7), fromLatin1(text)];
}

/** An integer behind so many bits that are zero. */
function integer(value: number, bits: number): Uint8Array {
  const most = 2 ** bits - 1;
  if (value < most) return new Uint8Array([value]);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return new Uint8Array([...bytes, rest]);
}

const known = [200, 204, 206, 304, 400, 404, 500];

/** Ways to write a literal whose name is `:status`. */
const literals = [0x08, 0x18, 0x48];

/** The status, where that is the first field of a response and no table is used; else 0. */
export function statusOf(block: Uint8Array): number {
  let at = 0;
  // The size of a table that is not used.
  while (((block[at] ?? 0) & 0xe0) === 0x20) while ((block[at++] ?? 0) === 0x3f);
  const first = block[at] ?? 0;
  if (first >= 0x88 && first <= 0x8e) return known[first - 0x88] ?? 0;
  if (!literals.includes(first)) return 0;
  const length = block[at + 1] ?? 0;
  const value = block.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number(length < 128 ? String.fromCharCode(...value) : digits(value));
}

/** Huffman's code of digits: five bits for 0, 1 and 2, six for the others. */
function digits(bytes: Uint8Array): string {
  let bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let text = "";
  while (bits.length >= 5 && text.length < 3) {
    const short = parseInt(bits.slice(0, 5), 2);
    const long = parseInt(bits.slice(0, 6), 2) - 0b011001 + 3;
    text += short < 3 ? short : long;
    bits = bits.slice(short < 3 ? 5 : 6);
  }
  return text;
}

/**
 * Builds websocket frames, valid and invalid.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { concatenate } from "./bytes.ts";
import type { HttpConnection } from "./raw_http.ts";
import { decode } from "./raw_response.ts";

/** What may be wrong with a frame; what is not said is as it should be. */
export interface Oddities {
  /** The first byte: FIN, reserved bits, opcode. */
  first: number;
  payload?: string | Uint8Array;
  masked?: boolean;
  /** The key, of four bytes. The default is zeros, which leave the payload unchanged. */
  mask?: readonly number[];
  /** The length in bytes, however many of them: as it stands after the first byte. */
  length?: readonly number[];
}

/** The bytes of such a frame. */
export function oddFrame(odd: Oddities): Uint8Array {
  const { first, payload = "", masked = true, mask = [0, 0, 0, 0] } = odd;
  const data = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const [size = 0, ...more] = odd.length ?? lengthBytes(data.length);
  const head = [first, size | (masked ? 0x80 : 0), ...more];
  if (!masked) return concatenate([new Uint8Array(head), data]);
  const hidden = data.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return concatenate([new Uint8Array([...head, ...mask]), hidden]);
}

/** A faultless text frame. */
export function textFrame(text: string): Uint8Array {
  return oddFrame({ first: 0x81, payload: text });
}

/** The payload of a close frame. */
export function closePayload(code: number, ...reason: number[]): Uint8Array {
  return new Uint8Array([code >> 8, code & 0xff, ...reason]);
}

/** Reads a text frame of less than 126 bytes, as servers send it. */
export async function readTextFrame(connection: HttpConnection): Promise<string> {
  const [first, size = 0] = await connection.reader.exactly(2) ?? [];
  assertEquals(first, 0x81, "a text frame");
  return decode(await connection.reader.exactly(size) ?? new Uint8Array(0));
}

function lengthBytes(length: number): number[] {
  if (length < 126) return [length];
  if (length < 65536) return [126, length >> 8, length & 0xff];
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, BigInt(length));
  return [127, ...new Uint8Array(size.buffer)];
}

/**
 * Reads HTTP responses with as little work as possible.
 *
 * @module
 */

import type { Wire } from "./wire.ts";

/** What a response's head says of its body. */
export interface ResponseHead {
  status: number;
  /** In bytes; `undefined` for a body in chunks. */
  length: number | undefined;
}

/** Reads a response's head. */
export async function readHead(wire: Wire): Promise<ResponseHead> {
  const head = await wire.until("\r\n\r\n");
  const status = Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(head)?.[1]);
  if (status === 204 || status === 101) return { status, length: 0 };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, length: undefined };
  const length = /\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`A body of unknown length: ${head}`);
  return { status, length: Number(length) };
}

/** Reads the next chunk of a body, which is good until the next read; `undefined` after the last. */
async function readChunk(wire: Wire): Promise<Uint8Array | undefined> {
  const length = parseInt(await wire.until("\r\n"), 16);
  const chunk = (await wire.bytes(length + 2)).subarray(0, length);
  return length === 0 ? undefined : chunk;
}

/** Reads a whole body. */
export async function readBody(wire: Wire, head: ResponseHead): Promise<string> {
  let body = "";
  for await (const text of readTexts(wire, head)) body += text;
  return body;
}

/** Reads a body as it comes: chunk by chunk, which may end within a character. */
export async function* readTexts(wire: Wire, { length }: ResponseHead): AsyncGenerator<string> {
  if (length !== undefined) return yield await wire.text(length);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  while (true) {
    const chunk = await readChunk(wire);
    if (chunk === undefined) return;
    yield decoder.decode(chunk, { stream: true });
  }
}

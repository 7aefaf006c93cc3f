/**
 * Bodies of requests, never read beyond a limit.
 *
 * @module
 */

import { ByteBuffer } from "./byte_buffer.ts";

/**
 * Reads a body as UTF-8; invalid bytes become U+FFFD.
 *
 * @param limit in bytes.
 * @returns `undefined` when the body is longer.
 */
export function readBody(request: Request, limit: number): Promise<string | undefined> {
  const announced = Number(request.headers.get("Content-Length") ?? NaN);
  if (announced > limit) return Promise.resolve(undefined);
  // Runtimes hold a client to the length that it announced.
  if (announced <= limit) return request.text();
  // Chunked, or announced twice, which reads as a list.
  return request.body === null ? Promise.resolve("") : readStream(request.body, limit);
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<string | undefined> {
  const buffer = new ByteBuffer(limit);
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return buffer.text;
    if (buffer.length + value.byteLength > limit) {
      // Not awaited: nobody needs to know when the rest is thrown away.
      reader.cancel().catch(() => {});
      return undefined;
    }
    buffer.append(value);
  }
}

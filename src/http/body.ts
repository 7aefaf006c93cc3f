/**
 * Bodies of requests, never read beyond a limit.
 *
 * @module
 */

import { ByteBuffer } from "./byte_buffer.ts";

/**
 * Up to this announced length, in bytes, a body is left to the runtime, which is faster: a message
 * of 64 KiB takes a quarter less. But then it cannot be given up.
 */
const short = 68 * 1024;

/** Whoever wants to know how much of a body is in memory. */
export interface BodyWatcher {
  /** So many bytes more: as many as were announced, or as have come. */
  grew(bytes: number): void;
  /** How to give up a long one, of which no more is wanted: it ends as if it were too long. */
  stoppable(stop: () => void): void;
}

/** Where nobody does. */
export const unwatched: BodyWatcher = { grew() {}, stoppable() {} };

/**
 * Where a request reads its body by itself: an adapter's. It takes the same limit, and gives
 * nothing where it cannot. The same in all copies of this library.
 */
export const readUpTo: unique symbol = Symbol.for("sockjs-web.read-up-to") as never;

interface SelfReading {
  [readUpTo]?(limit: number, watcher: BodyWatcher): Promise<string | undefined> | undefined;
}

/**
 * Reads a body as UTF-8; invalid bytes become U+FFFD.
 *
 * @param limit in bytes.
 * @returns `undefined` when the body is longer.
 */
export function readBody(
  request: Request,
  limit: number,
  watcher: BodyWatcher = unwatched,
): Promise<string | undefined> {
  const announced = announcedLength(request);
  if (announced > limit) return Promise.resolve(undefined);
  const isShort = announced <= short;
  if (isShort) watcher.grew(announced);
  const text = (request as SelfReading)[readUpTo]?.(limit, isShort ? unwatched : watcher);
  if (text !== undefined) return text;
  // Runtimes hold a client to the length that it announced.
  if (isShort) return request.text();
  const { body } = request;
  if (body === null) return Promise.resolve("");
  // Without a length it is chunked, or announced twice, which reads as a list.
  return readStream(readerOf(body), announced <= limit ? announced : limit, watcher);
}

/** Whether so little is announced that there is no harm in reading it. */
export function hasShortBody(request: Request): boolean {
  return announcedLength(request) <= short;
}

/** NaN where there is none, or more than one. */
function announcedLength(request: Request): number {
  return Number(request.headers.get("Content-Length") ?? NaN);
}

/** Gives a part of a body, or nothing at its end. */
interface PartReader {
  read(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}

function readerOf(body: ReadableStream<Uint8Array>): PartReader {
  try {
    return new ByobReader(body.getReader({ mode: "byob" }));
  } catch {
    // Only streams of bytes can be read that way.
  }
  const reader = body.getReader();
  return {
    read: async () => (await reader.read()).value,
    cancel: () => reader.cancel(),
  };
}

/** Lends the runtime memory to read into: Deno would take 64 KiB for each part, be it a byte. */
class ByobReader implements PartReader {
  readonly #reader: ReadableStreamBYOBReader;
  #memory = new Uint8Array(16 * 1024);

  constructor(reader: ReadableStreamBYOBReader) {
    this.#reader = reader;
  }

  async read(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#reader.read(this.#memory);
    if (done || value === undefined) return undefined;
    this.#memory = new Uint8Array(value.buffer);
    return value;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function readStream(
  reader: PartReader,
  limit: number,
  watcher: BodyWatcher,
): Promise<string | undefined> {
  const buffer = new ByteBuffer(limit);
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    // Not awaited: nobody needs to know when the rest is thrown away.
    reader.cancel().catch(() => {});
  };
  watcher.stoppable(stop);
  for (;;) {
    const part = await reader.read();
    if (isStopped) return undefined;
    if (part === undefined) return buffer.text;
    if (buffer.length + part.byteLength > limit) {
      stop();
      return undefined;
    }
    watcher.grew(part.byteLength);
    buffer.append(part);
  }
}

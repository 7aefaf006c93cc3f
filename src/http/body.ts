/**
 * Reads the bodies of requests, up to a limit.
 *
 * @module
 */

import { ByteBuffer } from "./byte_buffer.ts";

/**
 * A body with a Content-Length up to this is read by the runtime in one call, which is faster: a
 * message of 64 KiB takes a quarter less. But such a read cannot be stopped.
 */
const short = 68 * 1024;

/** Learns how much of a body is in memory, and how to stop reading it. */
export interface BodyWatcher {
  /** The number of bytes in memory has grown, or will grow according to Content-Length. */
  grew(bytes: number): void;
  /** `stop` ends the read of a long body, with the same result as for one that is too long. */
  stoppable(stop: () => void): void;
}

/** A watcher that ignores everything. */
export const unwatched: BodyWatcher = { grew() {}, stoppable() {} };

/**
 * The method of an adapter's request that reads its own body, with the same limit. It returns
 * `undefined` if it cannot. All copies of this library use the same symbol.
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
  // A runtime never reads more than the Content-Length.
  if (isShort) return request.text();
  const { body } = request;
  if (body === null) return Promise.resolve("");
  // Without a valid length, it is chunked, or has two lengths, which read as a list.
  return readStream(readerOf(body), announced <= limit ? announced : limit, watcher);
}

/** Whether the Content-Length is so short that reading the body does no harm. */
export function hasShortBody(request: Request): boolean {
  return announcedLength(request) <= short;
}

/** The Content-Length; NaN if there is none, or more than one. */
function announcedLength(request: Request): number {
  return Number(request.headers.get("Content-Length") ?? NaN);
}

/** Reads a body part by part; `undefined` is its end. */
interface PartReader {
  /** Whether the memory of a part is used again for the next one. */
  readonly reusesMemory: boolean;
  read(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}

function readerOf(body: ReadableStream<Uint8Array>): PartReader {
  try {
    return new ByobReader(body.getReader({ mode: "byob" }));
  } catch {
    // The stream is not a stream of bytes.
  }
  const reader = body.getReader();
  return {
    reusesMemory: false,
    read: async () => (await reader.read()).value,
    cancel: () => reader.cancel(),
  };
}

/** Reads into memory of our own. Otherwise Deno takes 64 KiB for each part, even of one byte. */
class ByobReader implements PartReader {
  readonly reusesMemory = true;
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
    // Not awaited: it does not matter when the rest is dropped.
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
    buffer.append(part, reader.reusesMemory);
  }
}

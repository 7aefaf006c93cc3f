/**
 * The body of a Node request.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type BodyWatcher, unwatched } from "../../http/body.ts";
import { ByteBuffer } from "../../http/byte_buffer.ts";
import type { IncomingMessage } from "./types.ts";

/** Receives a body: chunks, then one of the two ends. */
interface Reader {
  chunk(chunk: Uint8Array): void;
  end(): void;
  /** The client disconnected in the middle, or other code has read some of it. */
  broken(error: Error): void;
}

function read(incoming: IncomingMessage, reader: Reader): void {
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    reader.end();
  };
  const broken = () => {
    // Checked first, as making an error with its stack takes longest here.
    if (isOver) return;
    isOver = true;
    reader.broken(
      new Error(
        wasRead
          ? "The body has already been read"
          : "The client disconnected in the middle of a body",
      ),
    );
  };
  // What other code has read does not come again, and neither does its end.
  const wasRead = incoming.readableDidRead === true;
  if (wasRead) return queueMicrotask(broken);
  if (incoming.readableEnded === true) return queueMicrotask(end);
  if (incoming.destroyed) return queueMicrotask(broken);
  incoming.on("data", (chunk: Uint8Array | string) => reader.chunk(bytesOf(chunk, incoming)));
  incoming.on("end", end);
  incoming.on("error", broken);
  incoming.on("close", broken);
}

/** Other code may have called `setEncoding`, which cannot be undone. */
function bytesOf(chunk: Uint8Array | string, incoming: IncomingMessage): Uint8Array {
  if (typeof chunk !== "string") return chunk;
  return Buffer.from(chunk, (incoming.readableEncoding ?? "utf8") as "utf8");
}

/**
 * Returns a function that lets the body flow, as other code may have paused it. If other code
 * listens for `readable`, nothing flows, and the function reads as much as is wanted.
 */
function flowing(incoming: IncomingMessage, isWanted: () => boolean): () => void {
  if (incoming.listenerCount("readable") === 0) return () => incoming.resume();
  const take = () => {
    while (isWanted() && incoming.read() !== null);
  };
  incoming.on("readable", take);
  return take;
}

/**
 * Reads the whole body as UTF-8.
 *
 * @param limit in bytes.
 * @returns `undefined` if the body is longer.
 */
export function readText(
  incoming: IncomingMessage,
  limit: number,
  watcher: BodyWatcher = unwatched,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const announced = Number(incoming.headers["content-length"] ?? NaN);
    let buffer: ByteBuffer | undefined = new ByteBuffer(announced <= limit ? announced : limit);
    const stop = () => {
      // The rest is read and dropped. Otherwise the client would not read the response.
      buffer = undefined;
      resolve(undefined);
    };
    watcher.stoppable(stop);
    read(incoming, {
      chunk(chunk) {
        if (buffer === undefined) return;
        if (buffer.length + chunk.byteLength > limit) return stop();
        watcher.grew(chunk.byteLength);
        buffer.append(chunk);
      },
      end: () => resolve(buffer && decode(buffer.bytes)),
      broken: reject,
    });
    flowing(incoming, () => true)();
  });
}

/** Like the Web, without a byte order mark. For a short body, this takes half the time. */
function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

const byteOrderMark = 0xfeff;

/** The body as a stream, which reads no faster than its reader. */
export function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let open = true;
  let wanted = false;
  let flow: (() => void) | undefined;
  const begin = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    read(incoming, {
      chunk(chunk) {
        if (!open) return;
        wanted = false;
        controller.enqueue(chunk);
        incoming.pause();
      },
      end() {
        if (open) controller.close();
        open = false;
      },
      broken(error) {
        if (open) controller.error(error);
        open = false;
      },
    });
    incoming.pause();
    return flowing(incoming, () => wanted || !open);
  };
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      wanted = true;
      // Not before: Node drops a body without listeners. With one, the next request on the
      // connection would wait for the body to be read.
      flow ??= begin(controller);
      flow();
    },
    cancel() {
      // The rest is read and dropped. Otherwise the client would not read the response.
      open = false;
      if (flow !== undefined) return flow();
      incoming.on("error", () => {});
      incoming.resume();
    },
  }, { highWaterMark: 0 });
}

/**
 * The body of a request of Node's.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type BodyWatcher, unwatched } from "../../http/body.ts";
import { ByteBuffer } from "../../http/byte_buffer.ts";
import type { IncomingMessage } from "./types.ts";

/** How a body comes, and how it ends, whichever way it does. */
interface Reader {
  chunk(chunk: Uint8Array): void;
  end(): void;
  /** The client went away in the middle, or others have taken some of it. */
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
    // An error with its stack takes longer than all else here.
    if (isOver) return;
    isOver = true;
    reader.broken(
      new Error(
        wasRead ? "The body was read already" : "The client went away in the middle of a body",
      ),
    );
  };
  // What others have taken does not come again, nor is its end told again.
  const wasRead = incoming.readableDidRead === true;
  if (wasRead) return queueMicrotask(broken);
  if (incoming.readableEnded === true) return queueMicrotask(end);
  if (incoming.destroyed) return queueMicrotask(broken);
  incoming.on("data", (chunk: Uint8Array | string) => reader.chunk(bytesOf(chunk, incoming)));
  incoming.on("end", end);
  incoming.on("error", broken);
  incoming.on("close", broken);
}

/** Others may have asked for strings, which is not to be undone. */
function bytesOf(chunk: Uint8Array | string, incoming: IncomingMessage): Uint8Array {
  if (typeof chunk !== "string") return chunk;
  return Buffer.from(chunk, (incoming.readableEncoding ?? "utf8") as "utf8");
}

/**
 * Gives a function that lets it come, where others may have paused it; or which takes as much as
 * is wanted, where others listen for what they can take: then it does not come by itself.
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
 * All of it, as UTF-8.
 *
 * @param limit in bytes.
 * @returns `undefined` when it is longer.
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
      // The rest is read and dropped, for else the client would not see our answer.
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

/** As the Web decodes bodies, without a byte order mark; a short one takes half the time. */
function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

const byteOrderMark = 0xfeff;

/** Chunk by chunk, no faster than it is read. */
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
      // Not before: one that nobody reads is dropped by Node, and else the next request on that
      // connection would wait for it.
      flow ??= begin(controller);
      flow();
    },
    cancel() {
      // The rest is read and dropped, for else the client would not see our answer.
      open = false;
      if (flow !== undefined) return flow();
      incoming.on("error", () => {});
      incoming.resume();
    },
  }, { highWaterMark: 0 });
}

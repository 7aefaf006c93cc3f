/**
 * The body of a request of Node's.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "./types.ts";

/** How a body ends, whichever way it does. */
interface Reader {
  chunk(chunk: Uint8Array): void;
  end(): void;
  /** The client went away in the middle. */
  broken(error: Error): void;
}

function read(incoming: IncomingMessage, reader: Reader): void {
  let isOver = false;
  const broken = () => {
    // An error with its stack takes longer than all else here.
    if (isOver) return;
    isOver = true;
    reader.broken(new Error("The client went away in the middle of a body"));
  };
  // It will not say so again.
  if (incoming.destroyed) queueMicrotask(broken);
  incoming.on("data", (chunk: Uint8Array) => reader.chunk(chunk));
  incoming.on("end", () => {
    isOver = true;
    reader.end();
  });
  incoming.on("error", broken);
  incoming.on("close", broken);
}

/** All of it, as UTF-8. */
export function readText(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    read(incoming, {
      chunk: (chunk) => chunks.push(chunk),
      end: () => resolve(decode(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))),
      broken: reject,
    });
  });
}

/** As the Web decodes bodies: without a byte order mark. */
function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

const byteOrderMark = 0xfeff;

/** Chunk by chunk, no faster than it is read. */
export function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let open = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      read(incoming, {
        chunk(chunk) {
          if (!open) return;
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
    },
    pull() {
      incoming.resume();
    },
    cancel() {
      // The rest is read and dropped, for else the client would not see our answer.
      open = false;
      incoming.resume();
    },
  });
}

/**
 * The HTTP floor on runtimes with fetch handlers.
 *
 * @module
 */

import {
  isFirst,
  line,
  pollFields,
  purposeOf,
  sendFields,
  streamFields,
  Streams,
  type Writer,
} from "./floor.ts";

const streams = new Streams();
const encoder = new TextEncoder();

/** Answers a POST. */
export async function respond(request: Request): Promise<Response> {
  const path = request.url;
  switch (purposeOf(path)) {
    case "send":
      await request.text();
      streams.respond(path);
      return new Response(null, { status: 204, headers: sendFields });
    case "poll":
      return new Response(isFirst(path) ? "o\n" : line, { headers: pollFields });
    case "stream":
      return new Response(streamOf(path), { headers: streamFields });
    case "other":
      return new Response(null, { status: 404 });
  }
}

function streamOf(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  let writer: Writer;
  return new ReadableStream({
    start(controller) {
      writer = {
        write: (text) => controller.enqueue(encoder.encode(text)),
        end: () => controller.close(),
      };
      streams.open(path, writer);
    },
    cancel: () => streams.forget(path, writer),
  });
}

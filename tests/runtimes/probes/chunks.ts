/**
 * Probes of how a streamed body is cut into HTTP chunks.
 *
 * @module
 */

import { turn } from "../here.ts";
import { exchange } from "../http_client.ts";
import { serve } from "../serve.ts";

/** Writes a body: a string is a chunk; `null` waits for the next turn. */
async function bodyOf(steps: readonly (string | null)[]) {
  const encoder = new TextEncoder();
  const port = serve(() => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void write(controller),
    });
    return new Response(body);
  });
  const { headers, chunks } = await exchange(port);
  return { contentLength: headers["content-length"] ?? null, chunks };

  async function write(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (const step of steps) {
      if (step === null) await turn();
      else controller.enqueue(encoder.encode(step));
    }
    controller.close();
  }
}

/** The types of what turns are made of. */
export function turns() {
  return { setImmediate: typeof setImmediate };
}

/** Two chunks in the turn that made the response, two in a later one. */
export function chunksOfOneTurn() {
  return bodyOf(["a", "b", null, null, "c", "d", null]);
}

/** Three chunks, each in its turn. */
export function chunksOfTurns() {
  return bodyOf(["a", null, "b", null, "c", null]);
}

/** A chunk, and the end in the same turn. */
export function bodyOfOneTurn() {
  return bodyOf(["a"]);
}

/** The same, some turns after the response was returned. */
export function bodyOfALaterTurn() {
  return bodyOf([null, null, null, "a"]);
}

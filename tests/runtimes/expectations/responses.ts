/**
 * Expectations of responses: how they are sent, and what the server learns about their readers.
 *
 * @module
 */

import { onBoth, type Row } from "./expectation.ts";

const turns = "src/event_loop/turns.ts";
const stream = "src/transports/receivers/stream_receiver.ts";
const poll = "src/transports/receivers/poll_receiver.ts";
const bun = "src/runtimes/bun.ts";

/** Rows by the probe's name. */
export const responses: Readonly<Record<string, Row>> = {
  turns: onBoth(turns, "there is a global setImmediate", { setImmediate: "function" }),
  chunksOfOneTurn: onBoth(turns, "what is enqueued in one turn leaves as one HTTP chunk", {
    contentLength: null,
    chunks: ["ab", "cd"],
  }),
  chunksOfTurns: onBoth(turns, "what is enqueued a turn later leaves as an HTTP chunk of its own", {
    contentLength: null,
    chunks: ["a", "b", "c"],
  }),
  bodyOfOneTurn: {
    place: stream,
    deno: {
      says: "a body that ends in the turn of its only chunk is chunked",
      sees: { contentLength: null, chunks: ["a"] },
    },
    bun: {
      says: "a body that ends in the turn of its only chunk has a Content-Length",
      sees: { contentLength: "1", chunks: null },
    },
  },
  bodyOfALaterTurn: {
    place: poll,
    deno: {
      says: "a body that comes later and all at once is chunked",
      sees: { contentLength: null, chunks: ["a"] },
    },
    bun: {
      says: "a body that comes later and all at once has a Content-Length",
      sees: { contentLength: "1", chunks: null },
    },
  },
  cancelOfAPoll: onBoth(poll, "a body without a byte is cancelled when the client goes away", {
    cancelled: true,
  }),
  cancelOfAStream: onBoth(stream, "a begun body is cancelled when the client goes away", {
    cancelled: true,
  }),
  abortAndNextRequest: onBoth(
    turns,
    "a turn after a client's next request, its abort of the one before is known",
    { knownATurnLater: true },
  ),
  requestSignal: {
    place: poll,
    deno: {
      says: "request.signal aborts after answers that went well, and its use prints a warning",
      sees: { abortedAfterSuccess: true, warned: true },
    },
    bun: {
      says: "request.signal does not abort after answers that went well",
      sees: { abortedAfterSuccess: false, warned: false },
    },
  },
  unreadBody: onBoth(stream, "what a client does not read piles up in desiredSize, not beyond it", {
    inDesiredSize: true,
    pulledWhenRead: true,
  }),
  textByDefault: onBoth("src/http/headers.ts", "text is not compressed by default", null),
  automaticCompression: {
    place: "src/http/headers.ts",
    deno: {
      says: "text is compressed where automaticCompression is on, but not with no-transform",
      sees: { plain: "gzip", noTransform: null },
    },
  },
  longSilence: {
    place: "src/runtimes/deno.ts",
    deno: { says: "a response that is silent for 12 s is not cut", sees: { over: false } },
  },
  silentResponse: {
    place: bun,
    bun: {
      says: "a response that is silent for longer than idleTimeout is cut and cancelled",
      sees: { over: true, cancelled: true },
    },
  },
  silenceByDefault: {
    place: bun,
    bun: { says: "idleTimeout is some 10 s by default", sees: { after10s: true } },
  },
  prolongedResponse: {
    place: bun,
    bun: {
      says: "a silent response with a longer server.timeout is not cut",
      sees: { over: false },
    },
  },
  idleConnections: {
    place: bun,
    bun: {
      says: "an idle connection keeps its last server.timeout, and with 0 it has none",
      sees: { putBack: true, prolonged: false, unlimited: false },
    },
  },
};

/**
 * The transport xhr-streaming: frames are lines of one long response.
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { crossOriginHeaders, streamed } from "../routing/route.ts";
import { line } from "./lines.ts";
import { downstreamRoute } from "./routes/downstream.ts";
import type { HttpTransport, Transport } from "./transport.ts";
import { xhrSend } from "./routes/xhr_send.ts";

const lines = {
  // Some browsers give a script nothing of a response before its first 2 KiB.
  prelude: "h".repeat(2048) + "\n",
  encode: line,
};

const receiving: HttpTransport = {
  protocol: "xhr-streaming",
  method: "POST",
  contentType: contentTypes.javascript,
  headers: (call) => streamed(crossOriginHeaders(call)),
  framing: () => lines,
};

/** For browsers whose XMLHttpRequest gives a response while it arrives. */
export const xhrStreaming: Transport = {
  receiving,
  endpoints: {
    xhr_streaming: downstreamRoute(receiving),
    xhr_send: xhrSend,
  },
};

/**
 * The transport xhr-polling: each response is one frame and a line feed.
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { crossOriginHeaders } from "../routing/route.ts";
import { line } from "./lines.ts";
import { downstreamRoute } from "./routes/downstream.ts";
import type { HttpTransport, Transport } from "./transport.ts";
import { xhrSend } from "./routes/xhr_send.ts";

const lines = { encode: line };

const receiving: HttpTransport = {
  protocol: "xhr-polling",
  method: "POST",
  contentType: contentTypes.javascript,
  headers: crossOriginHeaders,
  framing: () => lines,
};

/** The transport that works everywhere. */
export const xhrPolling: Transport = {
  receiving,
  endpoints: {
    xhr: downstreamRoute(receiving),
    xhr_send: xhrSend,
  },
};

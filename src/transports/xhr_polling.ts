/**
 * xhr-polling: each request is answered with one frame and a line feed.
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { crossOriginFields } from "../routing/route.ts";
import { line } from "./lines.ts";
import { receivingRoute } from "./routes/downstream.ts";
import type { Transport } from "./transport.ts";
import { xhrSend } from "./routes/xhr_send.ts";

const lines = { frame: line };

/** The transport that works everywhere. */
export const xhrPolling: Transport = {
  protocol: "xhr-polling",
  endpoints: {
    xhr: receivingRoute({
      protocol: "xhr-polling",
      method: "POST",
      contentType: contentTypes.javascript,
      fields: crossOriginFields,
      framing: () => lines,
    }),
    xhr_send: xhrSend,
  },
};

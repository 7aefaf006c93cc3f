/**
 * The transport eventsource: frames are server-sent events.
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { crossOriginHeaders, streamed, unsniffed } from "../routing/route.ts";
import { downstreamRoute } from "./routes/downstream.ts";
import type { HttpTransport, Transport } from "./transport.ts";
import { xhrSend } from "./routes/xhr_send.ts";

const events = {
  prelude: "\r\n",
  // Clients run `decodeURI` over the data. Of the characters that would not survive
  // that or the lines of the format, JSON leaves only this one in a frame.
  encode: (frame: string) => "data: " + frame.replaceAll("%", "%25") + "\r\n\r\n",
};

const receiving: HttpTransport = {
  protocol: "eventsource",
  method: "GET",
  contentType: contentTypes.eventStream,
  headers: (call) => unsniffed(streamed(crossOriginHeaders(call))),
  framing: () => events,
};

/** For browsers with EventSource. */
export const eventsource: Transport = {
  receiving,
  endpoints: {
    eventsource: downstreamRoute(receiving),
    xhr_send: xhrSend,
  },
};

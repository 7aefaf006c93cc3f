/**
 * The transport jsonp-polling: each request comes from a script element, and the response calls
 * a function of the page.
 *
 * @module
 */

import { PlainResponse } from "../http/plain_response.ts";
import { contentTypes } from "../http/headers.ts";
import { route, transportHeaders, unsniffed } from "../routing/route.ts";
import type { Call } from "../routing/call.ts";
import { withCallback } from "./routes/callback.ts";
import { downstreamRoute } from "./routes/downstream.ts";
import { upstreamHandler } from "./routes/upstream.ts";
import type { Framing, HttpTransport, Transport } from "./transport.ts";

function calls(callback: string): Framing {
  return { encode: (frame) => `/**/${callback}(${JSON.stringify(frame)});\r\n` };
}

/** Forms carry the payload in a field, anything else carries it plain. */
function payload(body: string, call: Call): string {
  const type = call.request.headers.get("Content-Type") ?? "";
  return type.split(";", 1)[0]!.trim().toLowerCase() === "application/x-www-form-urlencoded"
    ? fieldOf(body)
    : body;
}

/**
 * The first field `d` of a form. Only that is decoded: with a megabyte of other
 * fields, `URLSearchParams` takes Node 24 three seconds.
 */
function fieldOf(form: string): string {
  const start = /(?<![^&])(?:d|%64)(?=[=&]|$)/.exec(form)?.index ?? form.length;
  const end = form.indexOf("&", start);
  // Next to percent codes that are not UTF-8, Node's URLSearchParams takes code units for bytes.
  const field = form.slice(start, end < 0 ? form.length : end)
    .replace(/[^\0-\x7f]+/g, encodeURIComponent);
  return new URLSearchParams(field).get("d") ?? "";
}

const jsonpSend = route(
  {
    POST: upstreamHandler({
      headers: transportHeaders,
      payload,
      accept(headers) {
        headers["Content-Type"] = contentTypes.text;
        return new PlainResponse(200, headers, "ok");
      },
    }),
  },
  transportHeaders,
);

const receiving: HttpTransport = {
  protocol: "jsonp-polling",
  method: "GET",
  contentType: contentTypes.javascript,
  headers: (call) => unsniffed(transportHeaders(call)),
  framing: (url) => withCallback(url, calls),
};

/** For browsers that can do nothing else, and for pages of other origins. */
export const jsonpPolling: Transport = {
  receiving,
  endpoints: {
    jsonp: downstreamRoute(receiving),
    jsonp_send: jsonpSend,
  },
};

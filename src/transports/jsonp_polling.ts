/**
 * jsonp-polling: each request is a script element, answered with a call of a
 * function of the page.
 *
 * @module
 */

import { Answer } from "../http/plain_response.ts";
import { contentTypes } from "../http/headers.ts";
import { route, transportFields, unsniffed } from "../routing/route.ts";
import type { Call } from "../routing/call.ts";
import { withCallback } from "./routes/callback.ts";
import { receivingRoute } from "./routes/downstream.ts";
import { sending } from "./routes/upstream.ts";
import type { Framing, Transport } from "./transport.ts";

function calls(callback: string): Framing {
  return { frame: (frame) => `/**/${callback}(${JSON.stringify(frame)});\r\n` };
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
  // Beside percent codes that are no UTF-8, URLSearchParams of Node takes a code unit for a byte.
  const field = form.slice(start, end < 0 ? form.length : end)
    .replace(/[^\0-\x7f]+/g, encodeURIComponent);
  return new URLSearchParams(field).get("d") ?? "";
}

const jsonpSend = route(
  {
    POST: sending({
      fields: transportFields,
      payload,
      accept(fields) {
        fields["Content-Type"] = contentTypes.text;
        return new Answer(200, fields, "ok");
      },
    }),
  },
  transportFields,
);

/** For browsers that can do nothing else, and for pages of other origins. */
export const jsonpPolling: Transport = {
  protocol: "jsonp-polling",
  endpoints: {
    jsonp: receivingRoute({
      protocol: "jsonp-polling",
      method: "GET",
      contentType: contentTypes.javascript,
      fields: (call) => unsniffed(transportFields(call)),
      framing: (call) => withCallback(call, calls),
    }),
    jsonp_send: jsonpSend,
  },
};

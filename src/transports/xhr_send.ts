/**
 * xhr_send: how the clients of all but jsonp and websocket send.
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { crossOriginFields, preflight, route } from "../route.ts";
import { sending } from "./sending.ts";

/** Takes a JSON array of strings, of whatever content type. */
export const xhrSend = route(
  {
    POST: sending({
      fields: crossOriginFields,
      payload: (body) => body,
      accept(fields) {
        fields["Content-Type"] = contentTypes.text;
        return new Response(null, { status: 204, headers: fields });
      },
    }),
    OPTIONS: preflight("OPTIONS, POST"),
  },
  crossOriginFields,
);

/**
 * xhr_send: how the clients of all but jsonp and websocket send.
 *
 * @module
 */

import { Answer } from "../../http/plain_response.ts";
import { contentTypes } from "../../http/headers.ts";
import { crossOriginFields, preflight, route } from "../../routing/route.ts";
import { sending } from "./upstream.ts";

/** Takes a JSON array of strings, of whatever content type. */
export const xhrSend = route(
  {
    POST: sending({
      fields: crossOriginFields,
      payload: (body) => body,
      accept(fields) {
        fields["Content-Type"] = contentTypes.text;
        return new Answer(204, fields, null);
      },
    }),
    OPTIONS: preflight("OPTIONS, POST"),
  },
  crossOriginFields,
);

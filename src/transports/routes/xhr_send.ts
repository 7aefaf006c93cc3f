/**
 * The route xhr_send: clients of all HTTP transports but jsonp send their messages to it.
 *
 * @module
 */

import { PlainResponse } from "../../http/plain_response.ts";
import { contentTypes } from "../../http/headers.ts";
import { crossOriginHeaders, preflight, route } from "../../routing/route.ts";
import { upstreamHandler } from "./upstream.ts";

/** Takes a JSON array of strings, of any content type. */
export const xhrSend = route(
  {
    POST: upstreamHandler({
      headers: crossOriginHeaders,
      payload: (body) => body,
      accept(headers) {
        headers["Content-Type"] = contentTypes.text;
        return new PlainResponse(204, headers, null);
      },
    }),
    OPTIONS: preflight("OPTIONS, POST"),
  },
  crossOriginHeaders,
);

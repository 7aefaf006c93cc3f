/**
 * The info response, which lists for clients what the server can do (protocol, section 2).
 *
 * @module
 */

import { PlainResponse } from "../http/plain_response.ts";
import { errorResponse } from "../http/errors.ts";
import { contentTypes, notCached, type ResponseHeaders } from "../http/headers.ts";
import { preflight, route } from "../routing/route.ts";
import type { Call } from "../routing/call.ts";

const entropy = new Uint32Array(1);

function describe({ service, runtime }: Call): string {
  const { settings } = service;
  crypto.getRandomValues(entropy);
  const baseUrl = service.baseUrl();
  return JSON.stringify({
    websocket: settings.transports.has("websocket") && runtime.upgrade !== undefined,
    ...(settings.disableCors ? {} : { origins: ["*:*"] }),
    cookie_needed: settings.jsessionid !== false,
    entropy: entropy[0],
    ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
  });
}

function headers(call: Call): ResponseHeaders {
  const headers: ResponseHeaders = {
    "Content-Type": contentTypes.json,
    "Cache-Control": notCached,
  };
  call.allowOrigin(headers);
  return headers;
}

function respond(call: Call): PlainResponse {
  const { turnedAway } = call.service.sessions;
  if (turnedAway !== undefined) {
    call.log?.refused(turnedAway);
    return errorResponse(503, turnedAway, headers(call));
  }
  return new PlainResponse(200, headers(call), describe(call));
}

/** The first request of every client. */
export const info = route(
  {
    GET: respond,
    HEAD: respond,
    OPTIONS: preflight("OPTIONS, GET"),
  },
  headers,
);

/**
 * What the server can do, which clients ask for first (protocol, section 2).
 *
 * @module
 */

import { Answer } from "../http/plain_response.ts";
import { errorAnswer } from "../http/errors.ts";
import { contentTypes, type Fields, notCached } from "../http/headers.ts";
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

function fields(call: Call): Fields {
  const fields: Fields = {
    "Content-Type": contentTypes.json,
    "Cache-Control": notCached,
  };
  call.allowOrigin(fields);
  return fields;
}

function tell(call: Call): Answer {
  const { turnedAway } = call.service.sessions;
  if (turnedAway !== undefined) return errorAnswer(503, turnedAway, fields(call));
  return new Answer(200, fields(call), describe(call));
}

/** Tells clients which way to connect. */
export const info = route(
  {
    GET: tell,
    HEAD: tell,
    OPTIONS: preflight("OPTIONS, GET"),
  },
  fields,
);

/**
 * What the server can do, which clients ask for first (protocol, section 2).
 *
 * @module
 */

import { contentTypes, type Fields, notCached } from "../http/headers.ts";
import { preflight, route } from "../route.ts";
import type { Call } from "../service.ts";

const entropy = new Uint32Array(1);

function describe({ service }: Call): string {
  const { settings, runtime } = service;
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

/** Tells clients which way to connect. */
export const info = route(
  {
    GET: (call) => new Response(describe(call), { headers: fields(call) }),
    HEAD: (call) => {
      const length = new TextEncoder().encode(describe(call)).byteLength;
      return new Response(null, {
        headers: { ...fields(call), "Content-Length": `${length}` },
      });
    },
    OPTIONS: preflight("OPTIONS, GET"),
  },
  fields,
);

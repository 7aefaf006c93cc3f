/**
 * The list of all transports.
 *
 * @module
 */

import type { Protocol } from "../protocol/transport_names.ts";
import { eventsource } from "./eventsource.ts";
import { htmlfile } from "./htmlfile.ts";
import { jsonpPolling } from "./jsonp_polling.ts";
import { rawWebsocket } from "./raw_websocket.ts";
import type { Transport } from "./transport.ts";
import { websocket } from "./websocket.ts";
import { xhrPolling } from "./xhr_polling.ts";
import { xhrStreaming } from "./xhr_streaming.ts";

/** By name. The type demands a transport for each name, so that no name leads to a 404. */
export const transports: Readonly<Record<Protocol, Transport>> = {
  "websocket": websocket,
  "websocket-raw": rawWebsocket,
  "xhr-streaming": xhrStreaming,
  "eventsource": eventsource,
  "htmlfile": htmlfile,
  "xhr-polling": xhrPolling,
  "jsonp-polling": jsonpPolling,
};

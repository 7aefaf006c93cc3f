/**
 * All transports. A new one is a file of its own and a line here.
 *
 * @module
 */

import { eventsource } from "./eventsource.ts";
import { htmlfile } from "./htmlfile.ts";
import { jsonpPolling } from "./jsonp_polling.ts";
import { rawWebsocket } from "./raw_websocket.ts";
import type { Transport } from "./transport.ts";
import { websocket } from "./websocket.ts";
import { xhrPolling } from "./xhr_polling.ts";
import { xhrStreaming } from "./xhr_streaming.ts";

/** In no particular order: paths tell them apart. */
export const transports: readonly Transport[] = [
  websocket,
  rawWebsocket,
  xhrStreaming,
  eventsource,
  htmlfile,
  xhrPolling,
  jsonpPolling,
];

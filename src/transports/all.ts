/**
 * All transports. A new one is a file of its own and a line here.
 *
 * @module
 */

import { rawWebsocket } from "./raw_websocket.ts";
import type { Transport } from "./transport.ts";
import { websocket } from "./websocket.ts";
import { xhrPolling } from "./xhr_polling.ts";

/** In no particular order: paths tell them apart. */
export const transports: readonly Transport[] = [
  websocket,
  rawWebsocket,
  xhrPolling,
];

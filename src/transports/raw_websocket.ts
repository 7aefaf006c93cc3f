/**
 * Raw websocket: each message is a text message, without any framing.
 *
 * @module
 */

import type { Transport } from "./transport.ts";
import { upgradeRoute } from "./routes/upgrade.ts";

/** For clients without SockJS. */
export const rawWebsocket: Transport = {
  pages: { websocket: upgradeRoute("websocket-raw", true) },
};

/**
 * The transport websocket-raw: each message is a text message, without SockJS frames.
 *
 * @module
 */

import type { Transport } from "./transport.ts";
import { upgradeRoute } from "./routes/upgrade.ts";

/** For clients without SockJS. */
export const rawWebsocket: Transport = {
  pages: { websocket: upgradeRoute("websocket-raw", true) },
};

/**
 * The transport websocket: each frame is a text message.
 *
 * @module
 */

import type { Transport } from "./transport.ts";
import { upgradeRoute } from "./routes/upgrade.ts";

/** The transport that clients try first. */
export const websocket: Transport = {
  endpoints: { websocket: upgradeRoute("websocket", false) },
};

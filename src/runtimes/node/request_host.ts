/**
 * What a request of Node's says about whom it was sent to.
 *
 * @module
 */

import { isHostOrNone } from "../../http/host.ts";
import type { IncomingMessage } from "./types.ts";

/** Whether that, if anything, is a host and nothing else. */
export function isSentToHost({ headers }: Pick<IncomingMessage, "headers">): boolean {
  const host = headers[":authority"] ?? headers["host"];
  return typeof host !== "object" && isHostOrNone(host);
}

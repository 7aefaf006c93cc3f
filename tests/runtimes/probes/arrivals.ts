/**
 * Probes of websocket messages that arrive together.
 *
 * @module
 */

import { turn } from "../here.ts";
import { serveSockets } from "../serve_sockets.ts";
import { openSocket, textFrame } from "../websocket_client.ts";

/** How many messages arrive before an immediate of the first, and if its microtasks run first. */
export async function messagesTogether() {
  let count = 0;
  let isMicrotaskOver = false;
  let apart = false;
  const seen = Promise.withResolvers<{ inTheTurn: number; apart: boolean }>();
  const client = await openSocket(serveSockets({
    message() {
      if (++count === 1) {
        queueMicrotask(() => isMicrotaskOver = true);
        setImmediate(() => seen.resolve({ inTheTurn: count, apart }));
      } else if (count === 2) apart = isMicrotaskOver;
    },
  }));
  await turn();
  client.write(textFrame("x").repeat(16));
  const result = await seen.promise;
  client.vanish();
  return result;
}

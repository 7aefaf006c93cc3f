/**
 * Answers that wait behind another on the same connection: a client may send
 * several requests at once.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "./types.ts";

/** Calls back when the connection of such an answer ends, of which Node tells it nothing. */
export function whenQueued(req: IncomingMessage, res: ServerResponse, gone: () => void): void {
  if (res.socket !== null || res.stream !== undefined) return;
  const { socket } = req;
  if (socket === null) return;
  socket.setMaxListeners(0);
  socket.on("close", gone);
  res.on("close", () => socket.off("close", gone));
}

/**
 * Answers that wait behind another on the same connection: a client may send
 * several requests at once.
 *
 * @module
 */

import type { IncomingMessage, NodeSocket, ServerResponse } from "./types.ts";

/** Whoever waits for the end of a connection: thousands may, and leave first come, first gone. */
const waiting = new WeakMap<NodeSocket, Set<() => void>>();

/** Whether an answer waits behind another. */
export function isQueued({ socket, stream, writableFinished }: ServerResponse): boolean {
  return socket === null && stream === undefined && !writableFinished;
}

/** Calls back when the connection of such an answer ends, of which Node tells it nothing. */
export function onPipelinedClose(
  req: IncomingMessage,
  res: ServerResponse,
  gone: () => void,
): void {
  if (!isQueued(res)) return;
  const { socket } = req;
  if (socket === null) return;
  const others = waiting.get(socket) ?? watch(socket);
  others.add(gone);
  res.on("close", () => others.delete(gone));
}

function watch(socket: NodeSocket): Set<() => void> {
  const those = new Set<() => void>();
  waiting.set(socket, those);
  socket.on("close", () => {
    for (const gone of those) gone();
  });
  return those;
}

/**
 * The connection of a Node request: its two ends, its idle timeout, and how it closes.
 *
 * @module
 */

import { addressOf, type Endpoints, unixSocket } from "../runtime.ts";
import { isOnUnixSocket, isQueued } from "./internals.ts";
import type { IncomingMessage, NodeSocket, ServerResponse, SocketEnds, TimedOut } from "./types.ts";

/** The two ends of a socket. */
export function endpointsOf(socket: SocketEnds): Endpoints {
  const { remoteAddress } = socket;
  if (remoteAddress === undefined && isOnUnixSocket(socket)) return unixSocket;
  return {
    remote: addressOf(remoteAddress, socket.remotePort),
    local: addressOf(socket.localAddress, socket.localPort),
  };
}

/** Connections without their idle timeout, its value, and how many responses wait on them. */
const suspended = new WeakMap<TimedOut, { readonly timeout: number; waiting: number }>();

/**
 * Suspends a connection's idle timeout as long as one of its responses waits: it would end them,
 * as heartbeats may be all that is sent for a while.
 */
export class IdleTimeoutSuspension {
  #connection: TimedOut | undefined;

  constructor(req: IncomingMessage, res: ServerResponse) {
    const connection = res.stream?.session ?? req.socket;
    if (connection === null) return;
    const others = suspended.get(connection);
    if (others !== undefined) others.waiting++;
    else {
      const { timeout } = connection;
      if (!timeout) return;
      suspended.set(connection, { timeout, waiting: 1 });
      connection.setTimeout(0);
    }
    this.#connection = connection;
  }

  /** The response waits no more. */
  end(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    const others = connection && suspended.get(connection);
    if (connection === undefined || others === undefined || --others.waiting > 0) return;
    suspended.delete(connection);
    connection.setTimeout(others.timeout);
  }
}

/** Calls back when a response closes, or its connection does. */
export function onResponseGone(
  req: IncomingMessage,
  res: ServerResponse,
  callback: () => void,
): void {
  res.on("close", callback);
  onPipelinedClose(req, res, callback);
}

/**
 * Callbacks of the responses that wait on a connection, by its socket. One listener serves all of
 * them, and a set removes each in constant time: a client may send thousands of requests.
 */
const waiting = new WeakMap<NodeSocket, Set<() => void>>();

/** Calls back when the connection of a queued response closes. Node emits nothing on it then. */
export function onPipelinedClose(
  req: IncomingMessage,
  res: ServerResponse,
  callback: () => void,
): void {
  if (!isQueued(res)) return;
  const { socket } = req;
  if (socket === null) return;
  const callbacks = waiting.get(socket) ?? listen(socket);
  callbacks.add(callback);
  res.on("close", () => callbacks.delete(callback));
}

function listen(socket: NodeSocket): Set<() => void> {
  const callbacks = new Set<() => void>();
  waiting.set(socket, callbacks);
  socket.on("close", () => {
    for (const callback of callbacks) callback();
  });
  return callbacks;
}

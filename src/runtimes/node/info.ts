/**
 * What goes through the server beside a request of Node's.
 *
 * @module
 */

import { ServerResponse as RealServerResponse } from "node:http";
import { type Runtime, runtimeKey } from "../../runtime.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";
import { nodeRuntime } from "./runtime.ts";
import type { WebSockets } from "./websockets.ts";

/** Node's own objects, and the runtime to deal with them. */
export class NodeInfo {
  readonly req: IncomingMessage;
  /** Whoever makes websockets of upgrade requests. */
  readonly websockets: WebSockets;
  /** The answer; Node makes none to upgrade requests. */
  res: ServerResponse | undefined;
  /** Of an upgrade request, what came after its head. */
  readonly head: Uint8Array | undefined;

  constructor(
    req: IncomingMessage,
    res: ServerResponse | undefined,
    websockets: WebSockets,
    head?: Uint8Array,
  ) {
    this.req = req;
    this.res = res;
    this.websockets = websockets;
    this.head = head;
  }

  /** Whether Node took the request for an upgrade, whatever it asks for. */
  get isUpgrade(): boolean {
    return this.head !== undefined;
  }

  /** The answer, made if there is none. */
  get answer(): ServerResponse {
    return (this.res ??= answerTo(this.req));
  }

  get [runtimeKey](): Runtime {
    return nodeRuntime;
  }
}

/** Makes an answer to an upgrade request that is not to become a websocket. */
export function answerTo(req: IncomingMessage): ServerResponse {
  const res = new RealServerResponse(req as never);
  const { socket } = req;
  res.shouldKeepAlive = false;
  res.assignSocket(socket as never);
  res.on("finish", () => {
    res.detachSocket(socket as never);
    socket.end();
  });
  // Node has let go of the socket: nobody else hears when the client goes away.
  if (socket.readableEnded) socket.destroy();
  socket.on("end", () => socket.end());
  socket.resume();
  return res as unknown as ServerResponse;
}

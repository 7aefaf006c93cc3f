/**
 * Upgrade requests on Node's servers: those that become websockets, and those
 * that do not.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Answer } from "../../http/answer.ts";
import { type Runtime, runtimeKey, type SocketListener } from "../../runtime.ts";
import { isRealNode } from "./real_node.ts";
import { upgradeRuntime } from "./runtime.ts";
import type { IncomingMessage, NodeSocket } from "./types.ts";
import type { WebSockets } from "./websockets.ts";

/** What is used of a server. */
export interface ConnectionEmitter {
  emit(event: string, socket: unknown): unknown;
}

/** A request that Node takes for an upgrade: it reads no more from its socket. */
export class UpgradeRequest {
  readonly req: IncomingMessage;
  readonly socket: NodeSocket;
  readonly #server: ConnectionEmitter;
  readonly #websockets: WebSockets;
  /** What came after the request's head. */
  readonly #rest: Uint8Array;

  constructor(
    server: ConnectionEmitter,
    websockets: WebSockets,
    req: IncomingMessage,
    socket: NodeSocket,
    rest: Uint8Array,
  ) {
    this.#server = server;
    this.#websockets = websockets;
    this.req = req;
    this.socket = socket;
    this.#rest = rest;
    // Before anything else: without a listener, an error would end the process.
    socket.on("error", () => {});
  }

  get [runtimeKey](): Runtime {
    return upgradeRuntime;
  }

  /** Makes a websocket of it. */
  accept(listener: SocketListener): void {
    this.#websockets.upgrade(this.req, this.socket, this.#rest, listener);
  }

  /**
   * Gives the connection back to Node with the same request, which now asks for no
   * upgrade: as if nobody had listened for upgrades. So its body is not lost.
   *
   * @param answer what it gets; else it goes its way as any request.
   */
  decline(answer?: KnownAnswer): void {
    const { req, socket } = this;
    // The application may have taken its time.
    if (socket.destroyed) return;
    if (answer !== undefined) answers.set(socket, answer);
    // There the body has been taken from the connection.
    if (takesBodies && hasBody(req)) return void socket.destroy();
    const head = Buffer.from(headOf(req), "latin1");
    socket.unshift(Buffer.concat([head, this.#rest]));
    this.#server.emit(socket.encrypted === true ? "secureConnection" : "connection", socket);
  }
}

/** What was found to be the answer while there might have been an upgrade. */
export type KnownAnswer = Answer | Response;

/** For requests that come again. */
const answers = new WeakMap<NodeSocket, KnownAnswer>();

/** The answer that is known already, for a request that was declined as an upgrade. */
export function takeAnswer(req: IncomingMessage): KnownAnswer | undefined {
  const answer = answers.get(req.socket);
  if (answer !== undefined) answers.delete(req.socket);
  return answer;
}

/** Whether upgrade requests come with their bodies: not on Node itself. */
const takesBodies = !isRealNode;

function hasBody({ headers }: IncomingMessage): boolean {
  return (headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined;
}

/** The head of a request as it came, but for the upgrade. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const isConnection = name.toLowerCase() === "connection";
    if (name.toLowerCase() === "upgrade") continue;
    const value = isConnection ? withoutUpgrade(rawHeaders[i + 1]!) : rawHeaders[i + 1]!;
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

function withoutUpgrade(connection: string): string {
  return connection.split(",").filter((token) => token.trim().toLowerCase() !== "upgrade").join();
}

/**
 * Upgrade requests on Node's servers: those that become websockets, and those
 * that do not.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { isResponse, type PlainResponse } from "../../http/plain_response.ts";
import { type Runtime, runtimeKey, type SocketListener } from "../runtime.ts";
import { takesBodies } from "./real_node.ts";
import { upgradeRuntime } from "./node_runtime.ts";
import type { IncomingMessage, NodeSocket } from "./types.ts";
import type { WebSockets } from "./websockets.ts";

/** What is used of a server. */
export interface ConnectionEmitter {
  /** Of fields in a request's head: Node drops those that come after so many, or answers 431. */
  readonly maxHeadersCount?: number | null | undefined;
  /** As in Node: whether somebody listens. */
  emit(event: string, socket: unknown): boolean;
}

const ignore = () => {};

/** Connections that had upgrade requests before: a client may send many on one. */
const known = new WeakSet<NodeSocket>();

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
    if (known.has(socket)) return;
    known.add(socket);
    // Before anything else: without a listener, an error would end the process.
    socket.on("error", ignore);
    socket.on("close", () => discard(returning.get(socket)?.answer));
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
  decline(answer?: EarlyResponse): void {
    const { req, socket } = this;
    // The application may have taken its time. In the second case, the body has been taken
    // from the connection.
    if (socket.destroyed || (takesBodies && hasBody(req)) || !isWhole(req, this.#server)) {
      discard(answer);
      return this.cutOff();
    }
    if (answer !== undefined) returning.set(socket, new Returning(req, answer));
    // With an answer, nobody asks for the body any more.
    const head = Buffer.from(headOf(req, answer !== undefined), "latin1");
    socket.unshift(Buffer.concat([head, this.#rest]));
    // Others may have handed a connection with TLS to a server without: nobody hears of it there.
    const isHeard = socket.encrypted === true && this.#server.emit("secureConnection", socket);
    if (!isHeard) this.#server.emit("connection", socket);
  }

  /** Ends the connection. */
  cutOff(): void {
    this.socket.destroy();
  }
}

/** What was found to be the answer while there might have been an upgrade. */
export type EarlyResponse = PlainResponse | Response;

function discard(answer: EarlyResponse | undefined): void {
  if (answer !== undefined && isResponse(answer)) answer.body?.cancel().catch(() => {});
}

/** A request that was declined as an upgrade and is to come again, and its answer. */
class Returning {
  readonly #declined: IncomingMessage;
  readonly answer: EarlyResponse;
  #returned: IncomingMessage | undefined;

  constructor(declined: IncomingMessage, answer: EarlyResponse) {
    this.#declined = declined;
    this.answer = answer;
  }

  /** Whether a request is that one: of several that read the same, the first. */
  is(req: IncomingMessage): boolean {
    this.#returned ??= readsLike(req, this.#declined) ? req : undefined;
    return this.#returned === req;
  }
}

/** By their connections. */
const returning = new WeakMap<NodeSocket, Returning>();

/**
 * The answer that is known already, for a request that was declined as an upgrade. Whatever
 * else comes on that connection has none: Node, or other code, may have answered that request
 * in our place, and what was said to one client must not be said to another, which may share
 * the connection behind a proxy.
 *
 * @param isTaken Whether whoever asks answers the request; others ask, too.
 */
export function takeEarlyResponse(
  req: IncomingMessage,
  isTaken: boolean,
): EarlyResponse | undefined {
  const { socket } = req;
  const found = socket === null ? undefined : returning.get(socket);
  if (found === undefined || socket === null) return undefined;
  const isIt = found.is(req);
  if (isTaken || !isIt) returning.delete(socket);
  if (!isIt) discard(found.answer);
  return isIt ? found.answer : undefined;
}

/** Whether it is what was put back of the other: the same but for the upgrade. */
function readsLike(req: IncomingMessage, declined: IncomingMessage): boolean {
  return headOf(req, true) === headOf(declined, true);
}

/**
 * Whether Node has kept all of a request's head. Among what it has not may be the length of the
 * body, which would be read as the next request then.
 */
function isWhole({ rawHeaders }: IncomingMessage, { maxHeadersCount }: ConnectionEmitter): boolean {
  const most = maxHeadersCount ?? 1000;
  return most === 0 || rawHeaders.length < 2 * most;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return (headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined;
}

/**
 * The head of a request as it came, but for the upgrade.
 *
 * @param isAnswered Whether it is to expect nothing: Node, or a listener of the application's,
 * would answer that first.
 */
function headOf(
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  isAnswered: boolean,
): string {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const lowerCase = name.toLowerCase();
    if (lowerCase === "upgrade" || (isAnswered && lowerCase === "expect")) continue;
    const isConnection = lowerCase === "connection";
    const value = isConnection ? withoutUpgrade(rawHeaders[i + 1]!) : rawHeaders[i + 1]!;
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

function withoutUpgrade(connection: string): string {
  const tokens = connection.split(",").filter((token) => token.trim().toLowerCase() !== "upgrade");
  // As Node reads it again.
  return tokens.join().trim();
}

/**
 * Upgrade requests on Node's servers. Some become websockets, the others go back to the server.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { isResponse, type PlainResponse } from "../../http/plain_response.ts";
import {
  type Endpoints,
  type RequestRuntime,
  runtimeKey,
  type SocketListener,
} from "../runtime.ts";
import { alreadySent } from "./exchange.ts";
import { type ConnectionEmitter, putBack, takesBodies } from "./internals.ts";
import { endpointsOf } from "./node_connection.ts";
import { hasAllHeaders } from "./request_headers.ts";
import type { IncomingMessage, NodeSocket } from "./types.ts";
import type { WsServer } from "./ws_server.ts";

const ignore = () => {};

/** Connections that had an upgrade request before, as a client may send many on one. */
const known = new WeakSet<NodeSocket>();

/** A request that Node takes for an upgrade. Node no longer reads from its socket. */
export class UpgradeRequest implements RequestRuntime {
  readonly req: IncomingMessage;
  readonly socket: NodeSocket;
  /** Unknown if other code has passed the request on. */
  readonly #server: ConnectionEmitter | undefined;
  readonly #websockets: WsServer;
  /** The bytes after the request's head. */
  readonly #rest: Uint8Array;

  constructor(
    server: ConnectionEmitter | undefined,
    websockets: WsServer,
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
    // Without any listener, an error would end the process.
    socket.on("error", ignore);
    socket.on("close", () => discard(returning.get(socket)?.response));
  }

  get [runtimeKey](): RequestRuntime {
    return this;
  }

  upgrade(listener: SocketListener): Response {
    this.#websockets.upgrade(this.req, this.socket, this.#rest, listener);
    return alreadySent;
  }

  /** Node sends the response when the request comes again as an ordinary one. */
  respond(response: PlainResponse): Response {
    this.decline(response);
    return alreadySent;
  }

  endpoints(): Endpoints {
    return endpointsOf(this.socket);
  }

  hasAllHeaders(): boolean {
    return hasAllHeaders(this.req);
  }

  /**
   * Gives the connection back to Node with the same request, but without its upgrade: as if there
   * were no listener for upgrades. So its body is not lost.
   *
   * @param response Its response. Without one, it goes to all listeners like any request.
   */
  decline(response?: EarlyResponse): void {
    const { req, socket } = this;
    const server = this.#server;
    // The client may have left while the application decided. A body that was taken from the
    // connection cannot be put back.
    const isLost = socket.destroyed || (takesBodies && hasBody(req));
    if (isLost || server === undefined || !isWhole(req, server)) {
      discard(response);
      return this.cutOff();
    }
    if (response !== undefined) returning.set(socket, new Returning(req, response));
    const head = Buffer.from(headOf(req, response !== undefined), "latin1");
    putBack(server, socket, Buffer.concat([head, this.#rest]));
  }

  /** Ends the connection. */
  cutOff(): void {
    this.socket.destroy();
  }
}

/** A response that was found while the request was an upgrade. */
export type EarlyResponse = PlainResponse | Response;

/** Does not throw: an event of the socket calls it. */
function discard(response: EarlyResponse | undefined): void {
  try {
    if (response !== undefined && isResponse(response)) response.body?.cancel().catch(ignore);
  } catch {
    // Some packages have responses of their own, whose bodies cannot be cancelled.
  }
}

/** A declined upgrade request, which is to come again as an ordinary one, and its response. */
class Returning {
  readonly #declined: IncomingMessage;
  readonly response: EarlyResponse;
  #returned: IncomingMessage | undefined;

  constructor(declined: IncomingMessage, response: EarlyResponse) {
    this.#declined = declined;
    this.response = response;
  }

  /** Whether a request is that one. Of several with the same head, it is the first. */
  is(req: IncomingMessage): boolean {
    this.#returned ??= readsLike(req, this.#declined) ? req : undefined;
    return this.#returned === req;
  }
}

/** The declined requests by their sockets. */
const returning = new WeakMap<NodeSocket, Returning>();

/**
 * Gives the response of a declined upgrade request that has come again. If another request comes
 * on that connection, the response is discarded: Node or other code has responded to the first
 * one, and behind a proxy, several clients may share the connection.
 *
 * @param isTaken Whether the caller serves the request; several servers may ask.
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
  if (!isIt) discard(found.response);
  return isIt ? found.response : undefined;
}

/** Whether both have the same head, apart from the upgrade. */
function readsLike(req: IncomingMessage, declined: IncomingMessage): boolean {
  return headOf(req, true) === headOf(declined, true);
}

/**
 * Whether Node has kept the whole head of a request. The length of the body may be in what it
 * dropped, and then the body would be read as the next request.
 */
function isWhole(req: IncomingMessage, { maxHeadersCount }: ConnectionEmitter): boolean {
  return hasAllHeaders(req, maxHeadersCount ?? 1000);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return (headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined;
}

/**
 * The head of a request as it came, without its upgrade.
 *
 * @param isAnswered Whether its response is known. Then it has no `Expect`, to which Node or a
 * listener of the application's would respond first.
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
  // Node will read it without spaces around it.
  return tokens.join().trim();
}

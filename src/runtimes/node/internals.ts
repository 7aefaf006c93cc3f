/**
 * The only file that uses undocumented parts of Node and event emitters, or replaces their methods;
 * those of `ws` are in `ws_internals.ts`. Each item states what is used and why, what happens if it
 * is missing or replaced, and which test watches it. Probes are in
 * `tests/runtimes/node_http_test.ts`. `tests/unit/runtimes/node/internals_test.ts` keeps such uses
 * out of other files.
 *
 * @module
 */

import { ServerResponse as NodeResponse } from "node:http";
import process from "node:process";
import { setImmediate } from "node:timers";
import type { IncomingMessage, NodeSocket, ServerResponse, SocketEnds } from "./types.ts";

/** Whether `node:http` is Node's own, and not that of Deno or Bun. */
export const isRealNode = !("Deno" in globalThis || "Bun" in globalThis);

/**
 * Whether the body of an upgrade request was taken from its socket when the event comes: on Node
 * since version 26, and on Deno and Bun.
 *
 * - Why: a declined request can be put back into the socket only without a body.
 * - Watched by `tests/node/upgrades_test.ts`, on each version.
 */
export const takesBodies = !isRealNode || parseInt(process.versions.node) >= 26;

/** Whether this is a Node that needs {@linkcode deferClose}. */
export const closesInRead = isRealNode && parseInt(process.versions.node) < 22;

/** The part of an HTTP/2 session that is used here only. */
export interface ClosableSession {
  on(event: "goaway", listener: (code: number) => void): unknown;
  close(): void;
}

/**
 * Has an HTTP/2 session close after it has read the client's GOAWAY, not meanwhile. Puts a method
 * in the place of its `close` when the event comes, as Node then calls it.
 *
 * - Why: in that call, Node 20 destroys the session while it reads from it. Frames that follow at
 *   once corrupt memory. A few hundred clients that send GOAWAY and HEADERS end the process.
 * - Used only where {@linkcode closesInRead}. Node 22.23 and 24.21 close later by themselves.
 * - Watched by `tests/node/goaway_test.ts`.
 */
export function deferClose(session: ClosableSession): void {
  session.on("goaway", (code) => {
    if (code !== 0) return;
    const putBack = replaceMethod(session, "close", () => {
      putBack();
      setImmediate(() => session.close());
    });
  });
}

/** The part of an HTTP server that we use. */
export interface ConnectionEmitter {
  /** The most headers of a request. Node drops those after it, or responds with 431. */
  readonly maxHeadersCount?: number | null | undefined;
  /** As in Node: whether there was a listener. */
  emit(event: string, socket: unknown): boolean;
}

/**
 * Whether an earlier request on the connection waits for its response. Uses `_httpMessage` of the
 * socket, the response that writes to it now.
 *
 * - Why: Node emits an upgrade at once, also behind such a request.
 * - Where it is missing: the upgrade goes on, as it does without this.
 * - Watched by the probe `unfinishedResponse`.
 */
export function hasUnfinishedResponse(socket: NodeSocket | null): boolean {
  return Boolean(socket?._httpMessage);
}

/**
 * Calls back once the runtime has finished with a response that has ended. Uses `_httpMessage`, too.
 *
 * - Why: a client may send an upgrade as soon as it has the response to its last request. So do
 *   proxies, which use a connection for many clients. On Deno, the event often comes while the
 *   socket still has that response. On Node it does if both requests came together.
 * - When the response finishes, its connection gets the timeout of an idle one. That is undone.
 * - Where it is missing: it calls back at once.
 * - Watched by `tests/node/upgrades_test.ts`.
 */
export function afterEndedResponse(socket: NodeSocket, callback: () => void): void {
  const response = socket._httpMessage;
  if (response?.writableEnded !== true) return callback();
  const { timeout = 0 } = socket;
  response.on("finish", () => {
    socket.setTimeout(timeout);
    // Another response may have waited behind it.
    afterEndedResponse(socket, callback);
  });
}

/**
 * Whether a socket belongs to a server that listens on a unix socket. Uses `server` of the socket.
 *
 * - Why: a TCP socket has no address either after its client has left. It must not pass for a unix
 *   socket, whose other end may be trusted.
 * - Where it is missing, and after the server was closed, this returns false, and the other end is
 *   unknown.
 * - Watched by `tests/serving/unix_sockets_test.ts`.
 */
export function isOnUnixSocket({ server }: SocketEnds): boolean {
  const { address } = (server ?? {}) as { address?: unknown };
  return typeof address === "function" && typeof address.call(server) === "string";
}

/**
 * The most headers that requests on a socket can have. Uses `server` of the socket.
 *
 * - Why: Node 20 and 22 and Deno drop all headers after that many, and report nothing. So a client
 *   can have the header dropped that a proxy adds at the end.
 * - Where it is missing: the number that Node has by default.
 * - Watched by `tests/node/dropped_headers_test.ts`.
 */
export function maxHeadersOf(socket: SocketEnds | null): number {
  const { maxHeadersCount } = (socket?.server ?? {}) as Partial<ConnectionEmitter>;
  return maxHeadersCount ?? 1000;
}

/**
 * Whether a response waits behind another on the same connection, because the client has sent
 * several requests at once. Uses `socket` of the response, which is null then.
 *
 * - Why: Node does not emit the connection's end on such a response.
 * - A response of HTTP/2, which has `stream`, never waits.
 * - Watched by the probe `queuedResponse`.
 */
export function isQueued({ socket, stream, writableFinished }: ServerResponse): boolean {
  return socket === null && stream === undefined && !writableFinished;
}

/**
 * Gives a socket of an upgrade back to its server, with bytes to read again. Uses `unshift` of
 * the socket, and emits the server's own event for a new connection.
 *
 * - Why: Node then reads the request as an ordinary one, with its body, timeouts and keep-alive.
 * - Where a server has no listener for TLS connections, because another server has accepted this
 *   one, the event for plain ones is emitted.
 * - Watched by the probe `putBack`.
 */
export function putBack(server: ConnectionEmitter, socket: NodeSocket, bytes: Uint8Array): void {
  socket.unshift(bytes);
  const isHeard = socket.encrypted === true && server.emit("secureConnection", socket);
  if (!isHeard) server.emit("connection", socket);
}

/**
 * Replaces a request's headers. Assigns `headers` and `rawHeaders`, which Node keeps until the
 * response has ended.
 *
 * - Why: a client can make the head of a stream's request long, and the stream lives long.
 * - Where they are getters, as with HTTP/2, or not Node's own, nothing happens.
 * - Watched by the probe `replacedHeaders`.
 */
export function replaceHeaders(
  req: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): void {
  if (!isRealNode || !Object.hasOwn(req, "rawHeaders")) return;
  Object.assign(req, { headers: { ...headers }, rawHeaders: [] });
}

/**
 * Changes one header of a request, or deletes it. Writes into `headers`, which `ws` reads.
 *
 * - Why: `ws` accepts fewer handshakes than we do, and chooses the subprotocol by itself.
 * - Watched by `tests/unit/runtimes/node/ws_server_test.ts`, with the real `ws`.
 */
export function changeHeader(req: IncomingMessage, name: string, value: string | undefined): void {
  const headers = req.headers as Record<string, unknown>;
  if (value === undefined) delete headers[name];
  else headers[name] = value;
}

/** Node's own methods, unless they were replaced before this module was loaded. */
const { write, end } = NodeResponse.prototype;

/**
 * Stops Node from writing the heads of chunks, so that the caller does. Sets `chunkedEncoding`
 * of a response whose head was sent, and compares its prototype and methods with Node's.
 *
 * - Why: a chunk in one piece, where Node makes four: 9 % less time for an echo, 18 % for a
 *   broadcast.
 * - Where the response has no chunks, or its `write` was replaced (by compression, for example),
 *   and on Deno and Bun, this returns false and Node writes the heads.
 * - Watched by the probe `ownChunks`.
 */
export function takeOverChunks(res: ServerResponse): boolean {
  const isPlain = isRealNode && Object.getPrototypeOf(res) === NodeResponse.prototype &&
    res.write === write && res.end === end;
  if (!isPlain || res.chunkedEncoding !== true) return false;
  res.chunkedEncoding = false;
  return true;
}

type Constructor = { readonly prototype: object };

/**
 * Makes instances of a class of ours pass for those of a class of the Web, by `instanceof`. Sets
 * the prototype of our prototype.
 *
 * - Why: a real `Request` or `Headers` takes longer to make than all else that is done for a
 *   short request, so it is made only when it is needed.
 * - The Web's own methods throw on such an object, so each of them has one of ours before it.
 * - Watched by `tests/unit/runtimes/node/request_test.ts` and `request_headers_test.ts`.
 */
export function passAs(ours: Constructor, webs: Constructor): void {
  Object.setPrototypeOf(ours.prototype, webs.prototype);
}

/** A method that an emitter has for its events. */
export type Method = (this: unknown, event: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a method of an object's own in the place of the one it has. For an HTTP server's methods
 * that add and list listeners: `on`, `addListener`, `prependListener`, `listeners` and
 * `listenerCount` (`src/adapters/listener_interceptor.ts`).
 *
 * - Why: listeners that are added later must get no request that SockJS has taken.
 * - Where others replace the method after us, theirs stays when ours is taken away.
 * - Watched by `tests/unit/adapters/listener_interceptor_test.ts` and `tests/programs/`.
 *
 * @returns A function that puts back what was there.
 */
export function replaceMethod(object: object, name: string, method: Method): () => void {
  const methods = object as Record<string, unknown>;
  const earlier = Object.getOwnPropertyDescriptor(methods, name);
  Object.defineProperty(methods, name, { value: method, configurable: true, writable: true });
  return () => {
    if (methods[name] !== method) return;
    if (earlier === undefined) delete methods[name];
    else Object.defineProperty(methods, name, earlier);
  };
}

/**
 * Implements the interface of a runtime for Bun.
 *
 * @module
 */

import { BunSocket } from "./bun_websockets.ts";
import {
  type Address,
  type Endpoints,
  type RequestRuntime,
  type Runtime,
  type SocketListener,
  unixSocket,
} from "./runtime.ts";

/** What we use of a Bun server, which `fetch` gets as its second argument. */
interface BunServer {
  /** Undefined on a unix socket, as is `port`. */
  readonly hostname: string | undefined;
  readonly port: number | undefined;
  readonly url?: URL | undefined;
  upgrade(request: Request, options: { data: unknown }): boolean;
  requestIP(request: Request): { address: string; port: number } | null;
  timeout(request: Request, seconds: number): void;
}

/** The idle timeout of `Bun.serve`, in s, which is restored after a silence. */
const idleTimeout = 10;
/** How long after the next expected byte a connection may be cut off, in s. */
const margin = 10;
/** The longest timeout that Bun takes, in s; 0 would be none at all. */
const maxTimeout = 255;

const howToServe = "Bun.serve({ fetch: server.handler, websocket: server.websocket })";

/** A request of `Bun.serve`. */
class BunRequest implements RequestRuntime {
  readonly #request: Request;
  readonly #info: unknown;

  constructor(request: Request, info: unknown) {
    this.#request = request;
    this.#info = info;
  }

  upgrade(
    listener: SocketListener,
    warnOnce: (message: string) => void,
  ): Response | undefined {
    const server = this.#server;
    if (server === undefined) {
      warnOnce(
        `Cannot upgrade: the handler needs Bun's server as its second argument: ${howToServe}`,
      );
      return undefined;
    }
    const request = this.#request;
    const socket = new BunSocket(listener);
    // Bun knows no other version. The frames of those that get here are the same.
    request.headers.set("Sec-WebSocket-Version", "13");
    // Bun agrees to the first subprotocol that it finds there.
    if (listener.subprotocol === undefined) request.headers.delete("Sec-WebSocket-Protocol");
    else request.headers.set("Sec-WebSocket-Protocol", listener.subprotocol);
    try {
      if (!server.upgrade(request, { data: socket })) return undefined;
    } catch {
      warnOnce(`Cannot upgrade: Bun.serve has no websocket handlers: ${howToServe}`);
      return undefined;
    }
    if (!socket.wasOpened) {
      warnOnce(
        "Bun.serve has websocket handlers that do not handle SockJS: " +
          "wrap them, websocket: websocketHandlers(yours)",
      );
    }
    // Bun has sent its response already and ignores this one.
    return new Response(null);
  }

  forgetHead(kept: Readonly<Record<string, string>>): void {
    const { headers } = this.#request;
    for (const name of [...headers.keys()]) {
      // A client may send a header `constructor`, which every object inherits.
      if (!Object.hasOwn(kept, name)) headers.delete(name);
    }
  }

  onAbandoned(callback: () => void): void {
    const { signal } = this.#request;
    // The application's functions may have taken long enough for the client to leave.
    if (signal.aborted) callback();
    else signal.addEventListener("abort", callback);
  }

  endpoints(): Endpoints {
    const server = this.#server;
    if (server === undefined) return {};
    const remote = server.requestIP(this.#request) ?? undefined;
    if (remote === undefined && server.url?.protocol === "unix:") return unixSocket;
    return { remote, local: localEnd(server) };
  }

  suspendIdleTimeout(ms: number): void {
    const seconds = Math.min(Math.ceil(ms / 1000) + margin, maxTimeout);
    this.#server?.timeout(this.#request, seconds);
  }

  restoreIdleTimeout(): void {
    this.#server?.timeout(this.#request, idleTimeout);
  }

  get #server(): BunServer | undefined {
    const server = this.#info as BunServer | null | undefined;
    return typeof server?.upgrade === "function" ? server : undefined;
  }
}

/** The runtime of a process that runs on Bun. */
export const bunRuntime: Runtime = (request, info) => new BunRequest(request, info);

const localEnds = new WeakMap<BunServer, Address>();

/** Kept, as it is the same for all requests, and asking Bun takes a microsecond. */
function localEnd(server: BunServer): Address | undefined {
  let end = localEnds.get(server);
  if (end === undefined) {
    const { hostname, port } = server;
    if (hostname === undefined || port === undefined) return undefined;
    end = { address: hostname, port };
    localEnds.set(server, end);
  }
  return end;
}

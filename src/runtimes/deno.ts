/**
 * Implements the interface of a runtime for Deno.
 *
 * @module
 */

import { isHost, isHostOrNone } from "../http/host.ts";
import type { Frame } from "../protocol/message.ts";
import { noCloseFrame, timedOut } from "../protocol/close_codes.ts";
import { OPEN } from "../protocol/ready_state.ts";
import {
  addressOf,
  type Endpoints,
  type RequestRuntime,
  type Runtime,
  type Socket,
  type SocketListener,
  unixSocket,
} from "./runtime.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** What we use of a Deno websocket. */
interface DenoWebSocket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason: string): void;
  addEventListener(type: string, listener: DenoSocket): void;
}

/** An event of a websocket: a `message` has data, and a `close` the rest. */
interface DenoEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** What we use of the second argument that `Deno.serve` passes to a handler. */
interface ServeHandlerInfo {
  /** Without host name and port on sockets that are not TCP. */
  readonly remoteAddr?: {
    readonly transport?: string;
    readonly hostname?: string;
    readonly port?: number;
  };
}

/** What we use of the global `Deno`. */
export interface DenoGlobal {
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { socket: unknown; response: Response };
}

/**
 * Deno has no drain event, so the buffer of a congested socket is polled, in ms. The longer its
 * peer has read nothing, the longer the interval: thousands of such peers must not keep the
 * process busy.
 */
const shortestInterval = 20;
const longestInterval = 1000;
const stallPerInterval = 16;
/** The longest `idleTimeout` that Deno takes, in s: half of it in ms must fit into 31 bits. */
const longestSilence = 4_294_967;
/** The most bytes that a UTF-16 code unit takes in UTF-8. */
const maxUnitBytes = 3;

/** A socket that `Deno.upgradeWebSocket` made. */
class DenoSocket implements Socket {
  readonly #socket: DenoWebSocket;
  readonly #listener: SocketListener;
  readonly #drainThreshold: number;
  #poll: ReturnType<typeof setTimeout> | undefined;
  /** When the buffer was last seen to shrink or grow, and its size then. */
  #changedAt = 0;
  #lastSize = 0;
  /** The buffer's size when Deno was last asked, and the code units sent since then. */
  #known = 0;
  #sent = 0;

  constructor(socket: DenoWebSocket, listener: SocketListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#drainThreshold = listener.drainThreshold;
    socket.binaryType = "arraybuffer";
    // One object for all events: a function for each would be half a kilobyte per socket.
    // There is no listener for errors, as a close event always follows.
    socket.addEventListener("open", this);
    socket.addEventListener("message", this);
    socket.addEventListener("close", this);
  }

  handleEvent(event: DenoEvent): void {
    switch (event.type) {
      case "open":
        return this.#listener.opened(this);
      case "message":
        return this.#listener.message(typeof event.data === "string" ? event.data : undefined);
      case "close":
        return this.#closed(event);
    }
  }

  #closed({ code = 0, reason = "", wasClean }: DenoEvent): void {
    clearTimeout(this.#poll);
    // Deno reports 0 for an end without a close frame, and 1001 with `wasClean` false for a peer
    // that did not answer a ping.
    if (code === 0) this.#listener.closed(noCloseFrame, reason);
    else if (wasClean === false) this.#listener.closed(timedOut.code, timedOut.reason);
    else this.#listener.closed(code, reason);
  }

  get bytesRead(): number {
    return 0;
  }

  get deliversApart(): boolean {
    return true;
  }

  get bufferedAmount(): number {
    this.#sent = 0;
    return (this.#known = this.#socket.bufferedAmount);
  }

  /** Asking Deno after each message would take an eighth of the time of a broadcast. */
  get bufferedUpperBound(): number {
    const most = this.#known + this.#sent * maxUnitBytes;
    return most <= this.#drainThreshold ? most : this.bufferedAmount;
  }

  send({ text }: Frame): void {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return;
    socket.send(text);
    this.#sent += text.length;
    if (this.bufferedUpperBound > this.#drainThreshold) {
      if (this.#poll === undefined) this.#checkLater(performance.now());
    }
  }

  #checkLater(now: number): void {
    if (this.#known !== this.#lastSize) {
      this.#lastSize = this.#known;
      this.#changedAt = now;
    }
    const stalled = now - this.#changedAt;
    const interval = Math.min(longestInterval, stalled / stallPerInterval);
    this.#poll = setTimeout(() => this.#check(), Math.max(shortestInterval, interval));
  }

  #check(): void {
    this.#poll = undefined;
    if (this.bufferedAmount > this.#drainThreshold) this.#checkLater(performance.now());
    else this.#listener.drained();
  }

  close(code: number, reason: string): void {
    // The close event, which would do this, may take long or never come.
    clearTimeout(this.#poll);
    // If there are unread messages, Deno drops the connection without a close frame. A turn later
    // it has read them.
    inNextTurn(() => {
      if (this.#socket.readyState === OPEN) this.#socket.close(code, reason);
    }, (error) => this.#listener.failed(error));
  }

  terminate(code: number, reason: string): void {
    // Deno has no other way. What is buffered stays until the peer is gone.
    this.close(code, reason);
  }

  ping(): boolean {
    return false;
  }

  pause(): void {
    // Deno cannot stop reading.
  }

  resume(): void {
    // It was never paused.
  }
}

/**
 * Reads all headers if `Upgrade` names another protocol as well: Deno then reads them again after
 * the upgrade, and ends the process if they were not read before. Otherwise they are not read, as
 * they would stay with the socket, 1.9 KB for each session.
 */
function keepHeaders(headers: Headers): void {
  if (headers.get("Upgrade")?.toLowerCase() === "websocket") return;
  for (const _ of headers) break;
}

/** A request of `Deno.serve`. */
class DenoRequest implements RequestRuntime {
  readonly #deno: DenoGlobal;
  readonly #request: Request;
  readonly #info: ServeHandlerInfo | null | undefined;

  constructor(deno: DenoGlobal, request: Request, info: unknown) {
    this.#deno = deno;
    this.#request = request;
    this.#info = info as ServeHandlerInfo | null | undefined;
  }

  upgrade(listener: SocketListener): Response | undefined {
    const request = this.#request;
    keepHeaders(request.headers);
    let upgrade;
    try {
      // In s; Deno sends a ping after half of that time without a message, or no pings if it is 0.
      const { maxSilence = 0 } = listener;
      const idleTimeout = Math.min(Math.ceil(maxSilence / 1000), longestSilence);
      upgrade = this.#deno.upgradeWebSocket(request, { idleTimeout });
    } catch {
      return undefined;
    }
    const { subprotocol } = listener;
    // Given it as an option, Deno would look for it in the request, and find it only after ", ".
    if (subprotocol !== undefined) {
      upgrade.response.headers.set("Sec-WebSocket-Protocol", subprotocol);
    }
    new DenoSocket(upgrade.socket as DenoWebSocket, listener);
    // From here on, any other response ends the whole server.
    return upgrade.response;
  }

  /**
   * Deno puts `Host` before the path as it is: with `x/echo/…/xhr_send?` in it, any path is
   * a send. And `POST http://x?/echo` has no path, which is visible only in the URL.
   */
  hasItsPath(url: string, start: number): boolean {
    // The scheme is `http+unix` on a unix socket, and `http+vsock` on a virtual machine's socket.
    const at = url.startsWith("://", 4) ? 7 : url.indexOf("://") + 3;
    const host = this.#request.headers.get("Host");
    // The fast way for nearly all requests: the URL's host is this one, to the last letter.
    if (host !== null && at + host.length === start && url.startsWith(host, at)) {
      return isHost(host);
    }
    // Without a `Host`, as in HTTP/2, there is the authority alone.
    const authority = url.slice(at, start);
    return isHostOrNone(host) &&
      (isHost(authority) || (url.startsWith("http+unix:") && isSocketName(authority)));
  }

  endpoints(): Endpoints {
    const remote = this.#info?.remoteAddr;
    if (remote?.transport === "unix") return unixSocket;
    return { remote: addressOf(remote?.hostname, remote?.port) };
  }
}

/** Whether it is the path of a unix socket, percent-encoded, which Deno puts in place of a host. */
function isSocketName(authority: string): boolean {
  return /^(?:[A-Za-z0-9]|%[0-9A-F]{2})*$/.test(authority);
}

/** The runtime of a process that runs on Deno. */
export function denoRuntime(deno: DenoGlobal): Runtime {
  return (request, info) => new DenoRequest(deno, request, info);
}

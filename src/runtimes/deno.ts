/**
 * The seam to Deno.
 *
 * @module
 */

import { isHost, isHostOrNone } from "../http/host.ts";
import type { Frame } from "../protocol/message.ts";
import { noCloseFrame, timedOut } from "../protocol/close_codes.ts";
import { OPEN } from "../protocol/ready_state.ts";
import type { Address, Endpoints, Runtime, Socket, SocketListener } from "./runtime.ts";
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

/** What becomes of it; a `message` has data, and a `close` the rest. */
interface DenoEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** What we use of the global `Deno`. */
export interface DenoGlobal {
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { socket: unknown; response: Response };
}

/**
 * Deno has no drain event, so a congested socket is looked at so often, in ms; and the less often
 * the longer its peer has taken nothing, or thousands of such would keep the process busy.
 */
const shortestLook = 20;
const longestLook = 1000;
const patience = 16;
/** The longest that Deno takes, in s: its timers have 31 bits for half of that in ms. */
const longestSilence = 4_294_967;
/** No UTF-16 code unit takes more in UTF-8. */
const maxUnitBytes = 3;

/** A socket that `Deno.upgradeWebSocket` made. */
class DenoSocket implements Socket {
  readonly #socket: DenoWebSocket;
  readonly #listener: SocketListener;
  readonly #drainThreshold: number;
  #watch: ReturnType<typeof setTimeout> | undefined;
  /** When it was seen to have sent something, and what was left then. */
  #moved = 0;
  #left = 0;
  /** What was buffered when Deno was asked, and code units that were sent since then. */
  #known = 0;
  #sent = 0;

  constructor(socket: DenoWebSocket, listener: SocketListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#drainThreshold = listener.drainThreshold;
    socket.binaryType = "arraybuffer";
    // Functions, one for each event, would be half a kilobyte. An error is always followed
    // by the close event, which is enough.
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
    clearTimeout(this.#watch);
    // 0 is Deno's word for an end without a close frame; and 1001 is not the peer's
    // word, but Deno's for one that has not answered a ping.
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

  /** Asked for each message, Deno would take an eighth of the time of a broadcast for that. */
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
      if (this.#watch === undefined) this.#lookLater(performance.now());
    }
  }

  #lookLater(now: number): void {
    if (this.#known !== this.#left) {
      this.#left = this.#known;
      this.#moved = now;
    }
    const pause = Math.max(shortestLook, Math.min(longestLook, (now - this.#moved) / patience));
    this.#watch = setTimeout(() => this.#look(), pause);
  }

  #look(): void {
    this.#watch = undefined;
    if (this.bufferedAmount > this.#drainThreshold) this.#lookLater(performance.now());
    else this.#listener.drained();
  }

  close(code: number, reason: string): void {
    // The peer may take its time to answer, or for ever.
    clearTimeout(this.#watch);
    // Closed while messages are still to be read, Deno drops the connection
    // without a close frame; in a turn it has read what there was.
    inNextTurn(() => {
      if (this.#socket.readyState === OPEN) this.#socket.close(code, reason);
    }, (error) => this.#listener.failed(error));
  }

  terminate(code: number, reason: string): void {
    // There is no other way: what is buffered stays until the peer is gone.
    this.close(code, reason);
  }

  ping(): boolean {
    return false;
  }

  pause(): void {
    // Deno always reads on.
  }

  resume(): void {
    // See above.
  }
}

/**
 * Where the headers have an `Upgrade` of another protocol as well, Deno looks at all of them
 * once more after the upgrade, and ends the process unless they were read before. Others are
 * left alone: they would stay with the socket, 1.9 KB for each session.
 */
function keepHeaders(headers: Headers): void {
  if (headers.get("Upgrade")?.toLowerCase() === "websocket") return;
  for (const _ of headers) break;
}

/** The runtime for a process that runs on Deno. */
export function denoRuntime(deno: DenoGlobal): Runtime {
  return {
    upgrade(request, _info, listener) {
      let upgrade;
      keepHeaders(request.headers);
      try {
        // Deno pings by itself, when half of that time (in s) has passed in silence.
        const idleTimeout = Math.min(Math.ceil(listener.maxSilence / 1000), longestSilence);
        upgrade = deno.upgradeWebSocket(request, { idleTimeout });
      } catch {
        return undefined;
      }
      const { subprotocol } = listener;
      // Told of it, Deno would look for it in the header by itself, and find it only behind ", ".
      if (subprotocol !== undefined) {
        upgrade.response.headers.set("Sec-WebSocket-Protocol", subprotocol);
      }
      new DenoSocket(upgrade.socket as DenoWebSocket, listener);
      // From here on the whole server ends at any other answer than this one.
      return upgrade.response;
    },
    hasItsPath,
    endpoints(_request, info): Endpoints {
      const remote = (info as { remoteAddr?: { hostname?: string; port?: number } } | undefined)
        ?.remoteAddr;
      return { remote: address(remote?.hostname, remote?.port) };
    },
  };
}

/**
 * Deno puts `Host` before the path as it is: with `x/echo/…/xhr_send?` in it, any path is
 * a send. And `POST http://x?/echo` has no path, of which Deno says so only in the URL.
 */
function hasItsPath({ headers }: Request, url: string, start: number): boolean {
  // The scheme is `http+unix` on a unix socket, and `http+vsock` on one of a virtual machine.
  const at = url.startsWith("://", 4) ? 7 : url.indexOf("://") + 3;
  const host = headers.get("Host");
  // As it is nearly always: the URL's host is this one, to its last letter.
  if (host !== null && at + host.length === start && url.startsWith(host, at)) return isHost(host);
  // Without one, as in HTTP/2, there is the authority alone.
  const authority = url.slice(at, start);
  return isHostOrNone(host) &&
    (isHost(authority) || (url.startsWith("http+unix:") && isSocketName(authority)));
}

/** The path of the unix socket, which Deno puts there in place of a host: percent-encoded. */
function isSocketName(authority: string): boolean {
  return /^(?:[A-Za-z0-9]|%[0-9A-F]{2})*$/.test(authority);
}

function address(hostname: string | undefined, port: number | undefined): Address | undefined {
  return hostname === undefined ? undefined : { address: hostname, port: port ?? 0 };
}

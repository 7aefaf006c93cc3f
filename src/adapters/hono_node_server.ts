/**
 * Implements the interface of a runtime for Hono on Node, with `@hono/node-server`.
 *
 * @module
 */

import { shortText } from "../server/error_reporter.ts";
import {
  type Endpoints,
  type RequestRuntime,
  runtimeKey,
  type SocketListener,
} from "../runtimes/runtime.ts";
import { hasUnfinishedResponse } from "../runtimes/node/internals.ts";
import { watchSession } from "../runtimes/node/leaving_session.ts";
import { endpointsOf, onPipelinedClose, onResponseGone } from "../runtimes/node/node_connection.ts";
import { isSentToHost } from "../runtimes/node/request.ts";
import { hasAllHeaders } from "../runtimes/node/request_headers.ts";
import { connectionHeaders } from "../runtimes/node/response_head.ts";
import type { IncomingMessage, ServerResponse } from "../runtimes/node/types.ts";
import { normalizeHandshake, type WebSocketOfWs, WsSocket } from "../runtimes/node/ws_socket.ts";

/** The events that are passed to `upgradeWebSocket`. */
export interface UpgradeEvents {
  /** The websocket is open; `raw` is one of the package `ws`. */
  onOpen(event: unknown, socket: { raw?: unknown }): void;
}

/** `upgradeWebSocket` of `@hono/node-server`, in its form with a context. */
export type UpgradeWebSocket = (context: never, events: UpgradeEvents) => Promise<Response>;

/** The part of the environment of a request in `@hono/node-server` that this library uses. */
interface NodeServerEnv {
  readonly incoming: IncomingMessage;
  /** Absent from the upgrades of a server that has websockets. */
  readonly outgoing?: ServerResponse | undefined;
}

/** Whether a request came through `@hono/node-server`. */
export function isNodeServerEnv(env: unknown): env is NodeServerEnv {
  return typeof env === "object" && env !== null && "incoming" in env;
}

/**
 * A response that `@hono/node-server` can send. To an upgrade it sends the head alone, and leaves
 * the body open. HTTP/2 takes no headers of the connection, for which Node throws.
 */
export function sendable(response: Response, { incoming, outgoing }: NodeServerEnv): Response {
  // Its fields are not read, as `@hono/node-server` sends such a response faster then.
  if (outgoing !== undefined && incoming.httpVersion !== "2.0") return response;
  const { status, headers, body } = response;
  if (outgoing === undefined) {
    body?.cancel().catch(ignore);
    return new Response(null, { status, headers });
  }
  const names = connectionHeaders(headers.keys(), headers.get("Connection"));
  if (names.length === 0) return response;
  // The headers of a response that was fetched cannot be changed.
  const others = new Headers(headers);
  for (const name of names) others.delete(name);
  return new Response(body, { status, headers: others });
}

/** The runtime of one such request. */
class HonoRequest implements RequestRuntime {
  protected readonly env: NodeServerEnv;

  constructor(env: NodeServerEnv) {
    this.env = env;
    watchSession(env.outgoing?.stream?.session);
    // After an upgrade, Node no longer has a listener, also for an upgrade behind this request.
    const { socket } = env.incoming;
    socket?.off("error", ignore);
    socket?.on("error", ignore);
  }

  get [runtimeKey](): RequestRuntime {
    return this;
  }

  /**
   * If `@hono/node-server` does not recognise a host, it compares lengths only, after `ü` has
   * become `xn--tda`. So a path of the right length may follow such a host.
   */
  hasItsPath(): boolean {
    return isSentToHost(this.env.incoming);
  }

  hasAllHeaders(): boolean {
    return hasAllHeaders(this.env.incoming);
  }

  endpoints(): Endpoints {
    return endpointsOf(this.env.incoming.socket ?? {});
  }

  /** `@hono/node-server` does not cancel the body of a response that waits behind another. */
  onClientGone(callback: () => void): void {
    const { incoming, outgoing } = this.env;
    if (outgoing !== undefined) onPipelinedClose(incoming, outgoing, callback);
  }

  onAbandoned(callback: () => void): void {
    const { incoming, outgoing } = this.env;
    if (outgoing === undefined) return;
    if ((outgoing.stream ?? incoming.socket)?.destroyed === true) return callback();
    onResponseGone(incoming, outgoing, callback);
  }
}

/** The same with websockets. */
class UpgradableHonoRequest extends HonoRequest {
  readonly #context: unknown;
  readonly #upgradeWebSocket: UpgradeWebSocket;

  /** @param context Hono's context of the request. */
  constructor(env: NodeServerEnv, context: unknown, upgradeWebSocket: UpgradeWebSocket) {
    super(env);
    this.#context = context;
    this.#upgradeWebSocket = upgradeWebSocket;
  }

  upgrade(
    listener: SocketListener,
    warnOnce: (message: string) => void,
  ): Response | undefined {
    const { incoming, outgoing } = this.env;
    // Without a listener for upgrades, Node takes an upgrade for an ordinary request.
    if (outgoing !== undefined) {
      warnOnce(howToServe);
      return undefined;
    }
    const { socket } = incoming;
    // The client may have left while the application decided. `@hono/node-server` would keep the
    // request until the socket closes, which has happened.
    if (socket?.destroyed) return undefined;
    // No response can be sent before that of an earlier request on the connection.
    if (hasUnfinishedResponse(socket)) socket?.destroy();
    normalizeHandshake(incoming, listener);
    const onOpen = (_event: unknown, { raw }: { raw?: unknown }) =>
      listener.opened(new WsSocket(raw as WebSocketOfWs, listener));
    this.#upgradeWebSocket(this.#context as never, { onOpen })
      .catch((error) =>
        warnOnce(`Cannot upgrade: upgradeWebSocket failed with ${shortText(error)}`)
      );
    return new Response(null);
  }
}

/** Without any listener, an error would end the process. */
const ignore = () => {};

const howToUpgrade =
  "No websockets: on Node, use sockjs(server, { upgradeWebSocket }), with upgradeWebSocket from " +
  "@hono/node-server, or set the server's option websocket to false";
const howToServe = "Cannot upgrade: on Node, websockets need serve({ fetch: app.fetch, " +
  "websocket: { server: new WebSocketServer({ noServer: true }) } })";

/**
 * Makes the runtimes of requests. Without `upgradeWebSocket` they have no websockets, and the log
 * warns of this when the first client asks for one.
 */
export function nodeServerRuntime(
  upgradeWebSocket: UpgradeWebSocket | undefined,
  warnOnce: (message: string) => void,
): (env: NodeServerEnv, context: unknown) => RequestRuntime {
  if (upgradeWebSocket !== undefined) {
    return (env, context) => new UpgradableHonoRequest(env, context, upgradeWebSocket);
  }
  class WarningHonoRequest extends HonoRequest {
    /** Read only if the server is to have websockets. */
    get upgrade(): undefined {
      warnOnce(howToUpgrade);
      return undefined;
    }
  }
  return (env) => new WarningHonoRequest(env);
}

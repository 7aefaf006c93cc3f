/**
 * The runtime of Hono applications on Node, under `@hono/node-server`.
 *
 * @module
 */

import { shortText } from "../server/error_reporter.ts";
import { type Endpoints, type Runtime, runtimeKey } from "../runtimes/runtime.ts";
import { connectionHeaders } from "../runtimes/node/connection_headers.ts";
import { endpointsOf } from "../runtimes/node/endpoints.ts";
import { isSentToHost } from "../runtimes/node/request_host.ts";
import { onPipelinedClose } from "../runtimes/node/pipelined_close.ts";
import type { IncomingMessage, ServerResponse } from "../runtimes/node/types.ts";
import {
  NodeWebSocket,
  normalizeHandshake,
  type WebSocketOfWs,
} from "../runtimes/node/node_websocket.ts";

/** What `upgradeWebSocket` is given to call. */
export interface UpgradeEvents {
  /** The websocket is open; `raw` is one of the package `ws`. */
  onOpen(event: unknown, socket: { raw?: unknown }): void;
}

/** `upgradeWebSocket` of `@hono/node-server`, in its form with a context. */
export type UpgradeWebSocket = (context: never, events: UpgradeEvents) => Promise<Response>;

/** What is used of the environment that `@hono/node-server` gives to each request. */
interface NodeServerEnv {
  readonly incoming: IncomingMessage;
  /** Absent with the upgrades of a server that has been given websockets. */
  readonly outgoing?: ServerResponse | undefined;
}

/** Whether a request came through `@hono/node-server`. */
export function isNodeServerEnv(env: unknown): env is NodeServerEnv {
  return typeof env === "object" && env !== null && "incoming" in env;
}

/** A response as HTTP/2 takes it, which has no fields of a connection: Node throws for them. */
export function sendable(response: Response, { incoming }: NodeServerEnv): Response {
  if (incoming.httpVersion !== "2.0") return response;
  const { status, headers, body } = response;
  const names = connectionHeaders(headers.keys(), headers.get("Connection"));
  if (names.length === 0) return response;
  // Those of a response that was fetched cannot be changed.
  const others = new Headers(headers);
  for (const name of names) others.delete(name);
  return new Response(body, { status, headers: others });
}

/** What a SockJS server is told beside such a request. */
export class NodeServerInfo {
  readonly [runtimeKey]: Runtime;
  readonly env: NodeServerEnv;
  /** Hono's context of the request. */
  readonly context: unknown;

  constructor(runtime: Runtime, env: NodeServerEnv, context: unknown) {
    this[runtimeKey] = runtime;
    this.env = env;
    this.context = context;
    // Node does not listen any more once an upgrade has come, be it behind this request.
    const { socket } = env.incoming;
    socket?.off("error", ignore);
    socket?.on("error", ignore);
  }
}

/** Without any listener, an error would end the process. */
const ignore = () => {};

const howToUpgrade =
  "No websockets: on Node they need sockjs(server, { upgradeWebSocket }), with " +
  "what @hono/node-server exports; without them, set the server's option websocket to false";
const howToServe = "Cannot upgrade: on Node websockets need serve({ fetch: app.fetch, " +
  "websocket: { server: new WebSocketServer({ noServer: true }) } })";

/** Makes the runtime; without `upgradeWebSocket` it has no websockets, and complains. */
export function nodeServerRuntime(
  upgradeWebSocket: UpgradeWebSocket | undefined,
  warnOnce: (message: string) => void,
): Runtime {
  if (upgradeWebSocket === undefined) {
    return {
      // Asked for only where the server is to have websockets.
      get upgrade() {
        warnOnce(howToUpgrade);
        return undefined;
      },
      hasItsPath,
      endpoints: ends,
      onClientGone: watch,
      onAbandoned,
    };
  }
  return {
    upgrade(_request, info, listener) {
      const { env, context } = info as NodeServerInfo;
      // Node takes an upgrade for an ordinary request when nobody listens for upgrades.
      if (env.outgoing !== undefined) {
        warnOnce(howToServe);
        return undefined;
      }
      const { socket } = env.incoming;
      // The application may have taken its time. Its end has been told, so what
      // `@hono/node-server` keeps from here on until that comes would stay.
      if (socket?.destroyed) return undefined;
      // Nobody can answer while an earlier request on the connection has no answer yet.
      if (socket?._httpMessage) socket.destroy();
      normalizeHandshake(env.incoming, listener);
      const onOpen = (_event: unknown, { raw }: { raw?: unknown }) =>
        listener.opened(new NodeWebSocket(raw as WebSocketOfWs, listener));
      upgradeWebSocket(context as never, { onOpen })
        .catch((error) =>
          warnOnce(`Cannot upgrade: upgradeWebSocket failed with ${shortText(error)}`)
        );
      return new Response(null);
    },
    hasItsPath,
    endpoints: ends,
    onClientGone: watch,
    onAbandoned,
  };
}

/**
 * Of a host that it does not know for one, `@hono/node-server` compares lengths only, after
 * `ü` has become `xn--tda`: a path of the right length may follow such a host.
 */
function hasItsPath(_request: Request, _url: string, _start: number, info: unknown): boolean {
  return isSentToHost((info as NodeServerInfo).env.incoming);
}

/** `@hono/node-server` does not cancel the body of an answer that waits behind another. */
function watch(_request: Request, info: unknown, gone: () => void): void {
  const { incoming, outgoing } = (info as NodeServerInfo).env;
  if (outgoing !== undefined) onPipelinedClose(incoming, outgoing, gone);
}

/** The same of a request that has no answer yet. */
function onAbandoned(_request: Request, info: unknown, gone: () => void): void {
  const { incoming, outgoing } = (info as NodeServerInfo).env;
  if (outgoing === undefined) return;
  if ((outgoing.stream ?? incoming.socket)?.destroyed === true) return gone();
  outgoing.on("close", gone);
  onPipelinedClose(incoming, outgoing, gone);
}

function ends(_request: Request, info: unknown): Endpoints {
  return endpointsOf((info as NodeServerInfo).env.incoming.socket ?? {});
}

/**
 * The runtime of Hono applications on Node, under `@hono/node-server`.
 *
 * @module
 */

import { type Address, type Ends, type Runtime, runtimeKey } from "../runtime.ts";
import type { IncomingMessage } from "../runtimes/node/types.ts";
import { NodeWebSocket, type WebSocketOfWs } from "../runtimes/node/websocket.ts";

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
  readonly outgoing?: unknown;
}

/** Whether a request came through `@hono/node-server`. */
export function isNodeServerEnv(env: unknown): env is NodeServerEnv {
  return typeof env === "object" && env !== null && "incoming" in env;
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
  }
}

const howToUpgrade =
  "No websockets: on Node they need sockjs(server, { upgradeWebSocket }), with " +
  "what @hono/node-server exports; without them, set the server's option websocket to false";
const howToServe = "Cannot upgrade: on Node websockets need serve({ fetch: app.fetch, " +
  "websocket: { server: new WebSocketServer({ noServer: true }) } })";

/** Makes the runtime; without `upgradeWebSocket` it has no websockets, and complains. */
export function nodeServerRuntime(
  upgradeWebSocket: UpgradeWebSocket | undefined,
  complain: (message: string) => void,
): Runtime {
  if (upgradeWebSocket === undefined) {
    return {
      // Asked for only where the server is to have websockets.
      get upgrade() {
        complain(howToUpgrade);
        return undefined;
      },
      ends,
    };
  }
  return {
    upgrade(_request, info, listener) {
      const { env, context } = info as NodeServerInfo;
      // Node takes an upgrade for an ordinary request when nobody listens for upgrades.
      if (env.outgoing !== undefined) {
        complain(howToServe);
        return undefined;
      }
      allowForWs(env.incoming);
      const onOpen = (_event: unknown, { raw }: { raw?: unknown }) =>
        listener.opened(new NodeWebSocket(raw as WebSocketOfWs, listener));
      upgradeWebSocket(context as never, { onOpen })
        .catch((error) => complain(`Cannot upgrade: upgradeWebSocket failed with ${error}`));
      return new Response(null);
    },
    ends,
  };
}

/**
 * `ws` looks at the handshake after the server, and is stricter: it does not take
 * drafts 7 and 8, whose frames are the same. And there is no subprotocol to agree on.
 */
function allowForWs({ headers }: IncomingMessage): void {
  const fields = headers as Record<string, unknown>;
  fields["sec-websocket-version"] = "13";
  delete fields["sec-websocket-protocol"];
}

function ends(_request: Request, info: unknown): Ends {
  const { socket } = (info as NodeServerInfo).env.incoming;
  return {
    remote: address(socket.remoteAddress, socket.remotePort),
    local: address(socket.localAddress, socket.localPort),
  };
}

function address(host: string | undefined, port: number | undefined): Address | undefined {
  return host === undefined ? undefined : { address: host, port: port ?? 0 };
}

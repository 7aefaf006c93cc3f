/**
 * A SockJS server as one Web-standard fetch handler, for Deno, Bun and everything
 * else that serves `Request` and `Response`.
 *
 * @example An echo service
 * ```ts
 * import { createServer } from "@sockjs/web";
 *
 * const echo = createServer({ prefix: "/echo" });
 * echo.on("connection", (connection) => {
 *   connection.on("data", (message) => connection.write(message));
 * });
 * Deno.serve({ port: 8081 }, echo.handler);
 * ```
 *
 * @module
 */

import type { ServerOptions } from "./src/options/server_options.ts";
import { bunRuntime } from "./src/runtimes/bun.ts";
import { websocketHandlers } from "./src/runtimes/bun_websockets.ts";
import { type DenoGlobal, denoRuntime } from "./src/runtimes/deno.ts";
import { useRuntime } from "./src/server/default_runtime.ts";
import { Server } from "./src/server/server.ts";

export { Server, websocketHandlers };
export { Connection } from "./src/connection/connection.ts";
export type { CloseEvent, ConnectionEvents } from "./src/connection/connection_events.ts";
export type { PipeDestination, PipeOptions } from "./src/connection/pipes.ts";
export type { ConnectionStreams } from "./src/connection/streams.ts";
export type {
  Authorize,
  AuthorizeResult,
  ChooseSubprotocol,
  ClientBuild,
  Fallback,
  Grant,
  OriginCheck,
  RemoteClient,
  TrustProxy,
} from "./src/options/option_functions.ts";
export type { LogSeverity, ServerOptions } from "./src/options/server_options.ts";
export type { SockJSNodeOptions } from "./src/options/spellings.ts";
export type { ClusterOptions } from "./src/options/cluster_options.ts";
export type { Bus, BusListener, BusWatcher, Claim, Interruption } from "./src/cluster/bus.ts";
export type { CloseOptions } from "./src/server/shutdown.ts";
export { iframeScriptHash } from "./src/pages/iframe_policy.ts";
export type { Protocol } from "./src/protocol/transport_names.ts";
export type {
  OwnWebSocket,
  OwnWebSocketHandlers,
  ServerWebSocket,
  WebSocketHandlers,
} from "./src/runtimes/bun_websockets.ts";
export type { Emitter, EmitterConstructor, EventMap, Listener } from "./src/connection/emitter.ts";
export type { Subscriber } from "./src/connection/subscriber.ts";
export type { PublishOptions } from "./src/connection/topics.ts";
export type { Connections } from "./src/connection/open_connections.ts";
export type { ServerEvents } from "./src/server/server_events.ts";
export type { ReadyState } from "./src/protocol/ready_state.ts";

const { Bun, Deno } = globalThis as {
  Bun?: unknown;
  Deno?: Partial<DenoGlobal>;
};
useRuntime(
  Bun !== undefined
    ? bunRuntime
    : Deno?.upgradeWebSocket !== undefined
    ? denoRuntime(Deno as DenoGlobal)
    : undefined,
  websocketHandlers(),
);

/**
 * Makes a SockJS service.
 *
 * @param options See {@linkcode ServerOptions}; none is required.
 * @typeParam Context What the application keeps in `connection.context`.
 * @throws {TypeError} If an option is unknown or its value is invalid.
 */
export function createServer<Context = unknown>(options?: ServerOptions): Server<Context> {
  return new Server<Context>(options);
}

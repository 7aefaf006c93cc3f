/**
 * A replacement for the npm package `sockjs` (sockjs-node): its documented API, in all its versions,
 * except for the differences that the README of `sockjs_node/` lists. For `import` and `require`.
 *
 * @example
 * ```ts ignore
 * import http from "node:http";
 * import sockjs from "sockjs-web/sockjs-node";
 *
 * const echo = sockjs.createServer();
 * echo.on("connection", (connection) => {
 *   connection.on("data", (message) => connection.write(message));
 * });
 *
 * const server = http.createServer();
 * echo.installHandlers(server, { prefix: "/echo" });
 * server.listen(9999);
 * ```
 *
 * @module
 */

import { createServer, listen, Server } from "./sockjs_node/old_internals/old_server.ts";

export { createServer, listen, Server };
export type { Handler, Middleware, OldListener } from "./sockjs_node/old_internals/old_listener.ts";
export type { LocalAddress } from "./sockjs_node/receiving_request.ts";
export { Connection } from "./sockjs_node/stream_connection.ts";
export type { Server as DocumentedServer, ServerEvents } from "./sockjs_node/drop_in_server.ts";
export type { CloseEvent, ConnectionEvents } from "../connection/connection_events.ts";
export type { Emitter, EmitterConstructor, EventMap, Listener } from "../connection/emitter.ts";
export type {
  Authorize,
  AuthorizeResult,
  ClientBuild,
  Fallback,
  Grant,
  OriginCheck,
} from "../options/option_functions.ts";
export type { LogSeverity, ServerOptions as WebServerOptions } from "../options/server_options.ts";
export type { SockJSNodeOptions } from "../options/spellings.ts";
export type { Protocol } from "../protocol/transport_names.ts";
export type { ReadyState } from "../protocol/ready_state.ts";
export type { Emitting, HttpServer } from "./node.ts";
export type {
  LegacyStream,
  LegacyStreamConstructor,
  PipeTarget,
} from "./sockjs_node/legacy_stream.ts";
export type { JSessionId, RequestHead, ResponseHead } from "./sockjs_node/cookie_function.ts";
export type { ServerOptions } from "./sockjs_node/sockjs_node_options.ts";

/** The default export, as `require` returns it. */
const sockjs: {
  createServer: typeof createServer;
  listen: typeof listen;
  Server: typeof Server;
} = { createServer, listen, Server };
export default sockjs;

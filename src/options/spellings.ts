/**
 * The options that sockjs-node spells in another way.
 *
 * @module
 */

import type { ServerOptions } from "./server_options.ts";

/** The spellings of sockjs-node, each for an option of {@linkcode ServerOptions}. */
export interface SockJSNodeOptions {
  /** {@linkcode ServerOptions.sockjsUrl} */
  sockjs_url?: ServerOptions["sockjsUrl"];
  /** {@linkcode ServerOptions.disabledTransports} */
  disabled_transports?: ServerOptions["disabledTransports"];
  /** {@linkcode ServerOptions.responseLimit} */
  response_limit?: ServerOptions["responseLimit"];
  /** {@linkcode ServerOptions.heartbeatDelay} */
  heartbeat_delay?: ServerOptions["heartbeatDelay"];
  /** {@linkcode ServerOptions.disconnectDelay} */
  disconnect_delay?: ServerOptions["disconnectDelay"];
  /** {@linkcode ServerOptions.disableCors} */
  disable_cors?: ServerOptions["disableCors"];
  /** {@linkcode ServerOptions.baseUrl} */
  base_url?: ServerOptions["baseUrl"];
  /** An option for sockjs-node's websocket library. It is ignored, with a line in the log. */
  faye_server_options?: unknown;
}

/**
 * The runtime of the process, which the main entry point sets.
 *
 * @module
 */

import { isSentToHost } from "../http/host.ts";
import type { WebSocketHandlers } from "../runtimes/bun_websockets.ts";
import type { Runtime } from "../runtimes/runtime.ts";

/** What a new server takes from the runtime. */
interface DefaultRuntime {
  readonly ofRequests: Runtime;
  readonly websocketHandlers: WebSocketHandlers | undefined;
}

/** Plain HTTP, without websockets or addresses, until another runtime is set. */
let current: DefaultRuntime = {
  ofRequests: (request) => ({
    hasItsPath: () => isSentToHost(request),
    endpoints: () => ({}),
  }),
  websocketHandlers: undefined,
};

/** The runtime of servers that are made now. */
export function defaultRuntime(): DefaultRuntime {
  return current;
}

/** Sets the runtime of all servers made from here on. */
export function useRuntime(found: Runtime | undefined, handlers: WebSocketHandlers): void {
  current = { ofRequests: found ?? current.ofRequests, websocketHandlers: handlers };
}

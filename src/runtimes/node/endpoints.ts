/**
 * The two ends of a socket of Node's.
 *
 * @module
 */

import type { Address, Endpoints } from "../runtime.ts";

/** What is used of a socket here. */
export interface SocketEnds {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** Who talks to whom through a socket. */
export function endpointsOf(socket: SocketEnds): Endpoints {
  return {
    remote: address(socket.remoteAddress, socket.remotePort),
    local: address(socket.localAddress, socket.localPort),
  };
}

function address(host: string | undefined, port: number | undefined): Address | undefined {
  return host === undefined ? undefined : { address: host, port: port ?? 0 };
}

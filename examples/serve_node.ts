/**
 * Attaches SockJS servers to a `node:http` server, which all runtimes have.
 *
 * @module
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { installHandlers, type SockJSServer } from "../src/adapters/node.ts";
import { hostname, type Listening } from "./serve.ts";

/** Listens. The `fallback` of the first answers what is none's. */
export function serveNode(port: number, servers: readonly SockJSServer[]): Promise<Listening> {
  const httpServer = createServer();
  for (const server of servers) installHandlers(server, httpServer);
  return new Promise((resolve, reject) => {
    httpServer.on("error", reject);
    httpServer.listen(port, hostname, () => {
      const stop = () => new Promise((resolve) => httpServer.close(resolve));
      resolve({ port: (httpServer.address() as AddressInfo).port, stop });
    });
  });
}

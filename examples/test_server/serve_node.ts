/**
 * Serves services on a server of `node:http`, which all runtimes have.
 *
 * @module
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { installHandlers } from "../../src/adapters/node.ts";
import { hostname } from "./serve.ts";
import type { Services } from "./services.ts";

/** Listens, and resolves with the port. */
export function serveNode(port: number, services: Services): Promise<number> {
  const httpServer = createServer();
  for (const server of services.servers) installHandlers(server, httpServer);
  return new Promise((resolve, reject) => {
    httpServer.on("error", reject);
    httpServer.listen(port, hostname, () => {
      resolve((httpServer.address() as AddressInfo).port);
    });
  });
}

/** Services behind proxies, on servers of `node:http` that drop headers after the twentieth. */

import { createServer } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";
import { behindProxies, tellAddress } from "../../support/proxied.ts";

const http = createServer();
http.maxHeadersCount = 20;
for (const [prefix, options] of Object.entries(behindProxies)) {
  const server = createSockJS({ ...options, prefix });
  server.on("connection", tellAddress);
  installHandlers(server, http);
}

await serve({ http });

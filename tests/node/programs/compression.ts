/** A service with and without compression of websocket messages. */

import { createServer } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers, type InstallOptions } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const echo = createSockJS({ prefix: "/echo" });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

function install(options?: InstallOptions) {
  const httpServer = createServer();
  installHandlers(echo, httpServer, options);
  return httpServer;
}

await serve({
  unasked: install(),
  off: install({ perMessageDeflate: false }),
  absent: install({ perMessageDeflate: undefined }),
  on: install({ perMessageDeflate: true }),
  configured: install({ perMessageDeflate: { threshold: 0, serverNoContextTakeover: true } }),
});

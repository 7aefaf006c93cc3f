/** HTTP servers whose idle timeout is shorter than the heartbeat delay of their service. */

import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";

/**
 * Of all servers, ms. So long that a client on a busy machine sends its request in this time; a
 * waiting test takes two or three times as long.
 */
const timeout = 3000;

const echo = createSockJS({ prefix: "/echo", heartbeatDelay: 1.5 * timeout });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const byMethod = createServer();
byMethod.setTimeout(timeout);
const byProperty = createServer();
byProperty.timeout = timeout;
const http2 = createSecureServer({ ...certificate, allowHTTP1: true });
http2.setTimeout(timeout);

/** Its responses are larger than what a connection takes. */
const large = createServer((_req, res) => res.end(new Uint8Array(32 * 1024 * 1024)));
large.setTimeout(timeout);
installHandlers(echo, large);
let closed = 0;
large.on("connection", (socket) => socket.on("close", () => closed++));

for (const server of [byMethod, byProperty, http2]) {
  server.on("request", () => {
    // No listener responds.
  });
  installHandlers(echo, server);
}

await serve({ byMethod, byProperty, http2, large }, {
  /** How many connections of `large` are closed. */
  closed: () => closed,
});

/**
 * An echo service for clients with SockJS and without:
 *
 * ```sh
 * deno task example raw_websocket --runtime bun --port 8080
 * ```
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { filesOf } from "../files.ts";
import { announce, serve } from "../serve.ts";

const echo = createServer({
  prefix: "/echo",
  fallback: filesOf(new URL("page/", import.meta.url)),
});

// Clients of /echo and of /echo/websocket come here alike; `protocol` tells which they are.
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

announce(
  "An echo service for clients with SockJS and without, and a page without it",
  await serve(echo),
);

/**
 * An echo service, with a page that explores the transports:
 *
 * ```sh
 * deno task example echo --runtime bun --port 8080
 * ```
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { filesOf } from "../files.ts";
import { announce, serve } from "../serve.ts";

const echo = createServer({
  prefix: "/echo",
  serveClient: client,
  fallback: filesOf(new URL("page/", import.meta.url)),
});

echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

announce("An echo service, and a page that tries every SockJS transport", await serve(echo));

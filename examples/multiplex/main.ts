/**
 * Two services over one connection, with `websocket-multiplex`, and a page:
 *
 * ```sh
 * deno task example multiplex --runtime bun --port 8080
 * ```
 *
 * @module
 */

// @ts-types="./websocket_multiplex.d.ts"
import { MultiplexServer } from "websocket-multiplex";
import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { filesOf } from "../files.ts";
import { announce, serve } from "../serve.ts";

const server = createServer({
  prefix: "/multiplex",
  serveClient: client,
  fallback: filesOf(
    new URL("page/", import.meta.url),
    // Of its files, the page loads multiplex_client.js.
    new URL("../../node_modules/websocket-multiplex/", import.meta.url),
  ),
});

// A channel is like a SockJS server: its connections have `write`, `end`, `data` and `close`.
const channels = new MultiplexServer(server);

channels.registerChannel("ann").on("connection", (ann) => {
  ann.write("Ann says hi!");
  ann.on("data", (message) => ann.write(`Ann nods: ${message}`));
});

// What Bob says, all clients get that have joined him. They subscribe to a topic.
channels.registerChannel("bob").on("connection", (bob) => {
  bob.conn.subscribe("bob");
  bob.on("close", () => bob.conn.unsubscribe("bob"));
  bob.write("Bob doesn't agree.");
  // A message of a channel, as websocket-multiplex sends it.
  bob.on("data", (message) => server.publish("bob", `msg,bob,Bob says no to: ${message}`));
});

announce("Two services over one connection, and a page that uses both", await serve(server));

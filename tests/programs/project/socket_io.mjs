/** socket.io, which replaces the listeners that it finds with its own. */

import http from "node:http";
import { Server } from "socket.io";
import { installHandlers } from "sockjs-web/node";
import { echo, inEitherOrder, listen } from "./program.mjs";

const server = http.createServer((_req, res) => res.end("The page"));

await inEitherOrder({
  ours: () => installHandlers(echo, server),
  theirs() {
    new Server(server).on("connection", (socket) => {
      socket.on("echo", (message, answer) => answer(`own ${message}`));
    });
  },
});
await listen(server);

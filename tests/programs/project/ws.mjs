/** `ws` with a path of its own. It refuses upgrades to all other paths. */

import http from "node:http";
import { installHandlers } from "sockjs-web/node";
import { WebSocketServer } from "ws";
import { echo, inEitherOrder, listen } from "./program.mjs";

const server = http.createServer((_req, res) => res.end("The page"));

await inEitherOrder({
  ours: () => installHandlers(echo, server),
  theirs() {
    new WebSocketServer({ server, path: "/own" }).on("connection", (socket) => {
      socket.on("message", (data) => socket.send(`own ${data}`));
    });
  },
});
await listen(server);

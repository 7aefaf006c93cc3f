/** Vite in middleware mode, whose hot updates come over a websocket on the same server. */

import http from "node:http";
import { installHandlers } from "sockjs-web/node";
import { createServer } from "vite";
import { echo, inEitherOrder, listen } from "./program.mjs";

const server = http.createServer();

await inEitherOrder({
  ours: () => installHandlers(echo, server),
  async theirs() {
    const vite = await createServer({
      root: new URL("vite", import.meta.url).pathname,
      server: { middlewareMode: true, ws: { server } },
    });
    server.on("request", vite.middlewares);
  },
});
await listen(server);

/** `@fastify/websocket`, which listens for upgrades when Fastify gets ready. */

import websocket from "@fastify/websocket";
import Fastify from "fastify";
import { installHandlers } from "sockjs-web/node";
import { echo, inEitherOrder, tellAddress } from "./program.mjs";

const fastify = Fastify();
fastify.register(websocket);
fastify.register((routes) => {
  routes.get("/", () => "The page");
  routes.get("/own", { websocket: true }, (socket) => {
    socket.on("message", (data) => socket.send(`own ${data}`));
  });
});

await inEitherOrder({
  ours: () => installHandlers(echo, fastify.server),
  theirs: () => fastify.ready(),
});
await fastify.listen({ port: 0, host: "127.0.0.1" });
tellAddress(fastify.server);

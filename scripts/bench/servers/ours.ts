/**
 * This project's server with default options, on the current runtime. On Node it is the npm
 * package, on a `node:http` server.
 *
 * @module
 */

import { createServer } from "../../../mod.ts";
import { type Listening, serveFetch, servesFetch } from "../../../examples/serve.ts";
import { announce } from "./start.ts";

const broadcast = createServer({ prefix: "/broadcast" });
broadcast.on("connection", (connection) => {
  connection.on("data", (message) => broadcast.broadcast(message));
});

const echo = createServer({ prefix: "/echo", fallback: broadcast.handler });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

async function serveNode(): Promise<Listening> {
  const { serveNode } = await import("../../../examples/serve_node.ts");
  return await serveNode(0, [broadcast, echo]);
}

const { port } = servesFetch
  ? await serveFetch(0, echo.handler, echo.websocket)
  : await serveNode();
announce(port);

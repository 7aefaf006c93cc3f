/** A Bun application with websockets of its own, beside two services. */

import { createServer, websocketHandlers } from "../../mod.ts";

/** What is used of Bun here. */
interface BunServes {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): unknown;
    websocket: unknown;
  }): { port: number };
}

interface BunServer {
  upgrade(request: Request, options: { data: unknown }): boolean;
}

const { Bun } = globalThis as unknown as { Bun: BunServes };

const loud = createServer({ prefix: "/loud" });
loud.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message.toUpperCase()));
});

const echo = createServer({
  prefix: "/echo",
  fallback: (request, server: BunServer) => {
    if (new URL(request.url).pathname !== "/own") return loud.handler(request, server);
    return server.upgrade(request, { data: { name: "own" } })
      ? undefined
      : new Response(null, { status: 400 });
  },
});
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const { port } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: echo.handler,
  websocket: websocketHandlers({
    message(socket, message) {
      socket.send(`${JSON.stringify(socket.data)} heard ${message}`);
    },
  }),
});

console.log(`http://127.0.0.1:${port}`);

/**
 * A server that drains, and closes, when a client asks it to. Its process has nothing else to do and must then
 * exit.
 *
 * @module
 */

import http from "node:http";
import type { AddressInfo } from "node:net";
import { readArguments } from "../../examples/test_server/serve.ts";
import { createServer } from "../../mod.ts";
import { installHandlers } from "../../src/adapters/node.ts";

/** What is used of Deno and Bun. */
interface Globals {
  Deno?: {
    serve(
      options: { hostname: string; port: number; onListen(address: { port: number }): void },
      handler: typeof echo.handler,
    ): { shutdown(): Promise<void> };
  };
  Bun?: {
    serve(
      options: { hostname: string; port: number; fetch: typeof echo.handler; websocket: unknown },
    ): { port: number; stop(): unknown };
  };
}

const { Deno, Bun } = globalThis as unknown as Globals;
const hostname = "127.0.0.1";

const echo = createServer({
  prefix: "/echo",
  // What is not asked about answers when the server has closed, and stops the HTTP server then.
  fallback: async () => {
    await echo.close();
    setTimeout(stop, 0);
    return new Response("closed");
  },
});
echo.on("connection", (connection) => {
  connection.on("data", (message) => {
    if (message === "drain") return echo.drain();
    if (message !== "close") return void connection.write(message);
    echo.broadcast("bye");
    echo.close();
    // The first call counts.
    echo.close({ code: 3000, reason: "again" });
  });
});

let stop: () => unknown = () => {};
const { port, via } = readArguments(0);
const print = (port: number) => console.log(`http://${hostname}:${port}`);
if (via === "node") {
  const server = http.createServer();
  installHandlers(echo, server);
  server.listen(port, hostname, () => print((server.address() as AddressInfo).port));
  stop = () => server.close();
} else if (Deno !== undefined) {
  const server = Deno.serve(
    { hostname, port, onListen: ({ port }) => print(port) },
    echo.handler,
  );
  stop = () => server.shutdown();
} else if (Bun !== undefined) {
  const { handler: fetch, websocket } = echo;
  const server = Bun.serve({ hostname, port, fetch, websocket });
  print(server.port);
  stop = () => server.stop();
}

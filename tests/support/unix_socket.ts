/**
 * A service on the unix socket `--path`, in each of the ways of `--via`.
 *
 * @module
 */

import { createServer as createHttpServer } from "node:http";
import { parseArgs } from "node:util";
import { Hono } from "hono";
import { endOnSignals } from "../../examples/end_on_signals.ts";
import { servesFetch } from "../../examples/serve.ts";
import { middleware } from "../../examples/serve_hono.ts";
import { createServer } from "../../mod.ts";
import { installHandlers } from "../../src/adapters/node.ts";
import { tellAddress } from "./proxied.ts";

type Handler = (request: Request, info?: unknown) => Response | Promise<Response>;

/** What is used of Deno and Bun. */
interface Globals {
  Deno?: { serve(options: { path: string; onListen(): void }, handler: Handler): unknown };
  Bun?: { serve(options: { unix: string; fetch: Handler; websocket: unknown }): unknown };
}

const { Deno, Bun } = globalThis as unknown as Globals;
const { path = "", via } = parseArgs({
  options: { path: { type: "string" }, via: { type: "string" }, port: { type: "string" } },
}).values;

const proxied = createServer({ prefix: "/proxied", trustProxy: ["loopback"] });
proxied.on("connection", tellAddress);
const echo = createServer({ prefix: "/echo", fallback: proxied.handler });
echo.on("connection", (connection) => {
  connection.on("data", (message) => {
    const { remoteAddress, remotePort, address } = connection;
    // What is undefined is not in there.
    const ends = JSON.stringify({ remoteAddress, remotePort, address });
    connection.write(message === "ends" ? ends : message);
  });
});

const app = new Hono();
app.use(middleware(echo), middleware(proxied));

endOnSignals();
await listen();
console.log(`unix:${path}`);

async function listen(): Promise<unknown> {
  const handler: Handler = via === "hono" ? app.fetch : echo.handler;
  if (via === "node" || (!servesFetch && via === undefined)) {
    const server = createHttpServer();
    installHandlers(proxied, server);
    installHandlers(echo, server);
    return await new Promise<void>((resolve) => server.listen(path, resolve));
  }
  if (Bun !== undefined) {
    return Bun.serve({ unix: path, fetch: handler, websocket: echo.websocket });
  }
  if (Deno !== undefined) {
    const deno = Deno;
    return await new Promise<void>((resolve) => deno.serve({ path, onListen: resolve }, handler));
  }
  const { createAdaptorServer } = await import("@hono/node-server");
  const { WebSocketServer } = await import("ws");
  const server = new WebSocketServer({ noServer: true }) as never;
  const httpServer = createAdaptorServer({ fetch: app.fetch, websocket: { server } });
  return await new Promise<void>((resolve) => httpServer.listen(path, resolve));
}

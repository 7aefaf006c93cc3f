/**
 * A service that a process serves by each of its adapters.
 *
 * @module
 */

import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo, Server as NetServer } from "node:net";
import { Hono } from "hono";
import { honoRuntime, middleware } from "../../examples/serve_hono.ts";
import { type Connection, createServer, type ServerOptions } from "../../mod.ts";
import { installHandlers } from "../../src/adapters/node.ts";
import sockjsNode from "../../src/adapters/sockjs_node.ts";

/** What is the same with all adapters. */
type Options = Omit<ServerOptions, "jsessionid">;

/** Listens, each adapter on a port of its own. */
export async function serveByAdapters(
  options: Options,
  opened: (connection: Connection, server: string) => void,
): Promise<Record<string, number>> {
  const create = (name: string) => {
    const server = createServer(options);
    server.on("connection", (connection) => opened(connection, name));
    return server;
  };
  const http = createHttpServer();
  installHandlers(create("http"), http);
  const http2 = createHttp2Server();
  installHandlers(create("http2"), http2);
  const replaced = createHttpServer();
  const dropIn = sockjsNode.createServer({ ...options, maxBufferedBytes: 16 * 1024 * 1024 });
  dropIn.on("connection", (connection) => opened(connection as unknown as Connection, "drop-in"));
  dropIn.installHandlers(replaced);
  const app = new Hono();
  app.use(middleware(create("hono")));
  return {
    "node:http": await listen(http),
    "node:http2": await listen(http2),
    "sockjs-node": await listen(replaced),
    hono: (await honoRuntime.serve(app, 0)).port,
  };
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** The last receiving request of a connection, as programs for sockjs-node find it. */
export function oldReceiverOf(connection: unknown): unknown {
  const { recv } = (connection as { _session: { recv: { request: { url: string } } | null } })
    ._session;
  return recv && recv.request.url;
}

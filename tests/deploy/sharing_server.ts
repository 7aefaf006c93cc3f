/**
 * A process of a cluster that shares its sessions. It gives every message back, serves a page with
 * the stock client, and tells which requests of which sessions it got. At SIGTERM it drains for
 * `--drain` ms, then closes.
 *
 * @module
 */

import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { readOptions } from "../../examples/command_line.ts";
import { endGracefully } from "../../examples/end_on_signals.ts";
import {
  addressOf,
  hostname,
  type Listening,
  serveFetch,
  servesFetch,
} from "../../examples/serve.ts";
import { createServer } from "../../mod.ts";
import { localBus } from "../../src/adapters/cluster.ts";
import { installHandlers } from "../../src/adapters/node.ts";
import { client } from "../../src/adapters/served_client.ts";
import { openEngineBus } from "../support/engine_bus.ts";

/** What a process knows of a session. */
export interface SessionRecord {
  /** The connections that its application got. */
  connections: number;
  /** The requests that came here, by the last segment of their URLs. */
  requests: Record<string, number>;
}

/** A page of htmlfile reaches a parent alone that has set its domain too. */
const page = `<!DOCTYPE html>
<link rel="icon" href="data:,">
<script>document.domain = location.hostname;</script>
<script src="/echo/sockjs.min.js"></script>`;

const { folder = "", engine, drain = "0" } = readOptions({
  port: "NUMBER",
  folder: "PATH",
  engine: "URL",
  drain: "MILLISECONDS",
});
const records: Record<string, SessionRecord> = {};

function recordOf(url: string): SessionRecord {
  const session = new URL(url, "http://localhost").pathname.split("/").at(-2) ?? "";
  return records[session] ??= { connections: 0, requests: {} };
}

function count(url: string): void {
  const { requests } = recordOf(url);
  const transport = new URL(url, "http://localhost").pathname.split("/").at(-1) ?? "";
  requests[transport] = (requests[transport] ?? 0) + 1;
}

const bus = engine === undefined ? localBus({ name: "echo", folder }) : await openEngineBus(engine);
const server = createServer({
  prefix: "/echo",
  // Streams end often, and then go on at another process.
  responseLimit: 4096,
  serveClient: client,
  cluster: { bus, name: "echo", sessions: true },
  fallback(request) {
    if (new URL(request.url).pathname === "/records") return Response.json(records);
    return new Response(page, { headers: { "Content-Type": "text/html" } });
  },
});
server.on("connection", (connection) => {
  recordOf(connection.url).connections++;
  connection.on("data", (message) => connection.write(message));
});

const { port, stop } = await listen();
process.env["DRAIN_MS"] = drain;
endGracefully([server], stop);
console.log(addressOf(port));

async function listen(): Promise<Listening> {
  if (servesFetch) {
    const handler: typeof server.handler = (request, info) => {
      count(request.url);
      return server.handler(request, info);
    };
    return await serveFetch(0, handler, server.websocket);
  }
  const httpServer = createHttpServer();
  installHandlers(server, httpServer);
  const emit = httpServer.emit.bind(httpServer) as (event: string, ...args: unknown[]) => boolean;
  // The listeners of an application do not get the requests of sessions.
  httpServer.emit = (event: string, ...args: unknown[]) => {
    if (event === "request" || event === "upgrade") count((args[0] as { url: string }).url);
    return emit(event, ...args);
  };
  await new Promise<void>((resolve) => httpServer.listen(0, hostname, resolve));
  const { port } = httpServer.address() as AddressInfo;
  return { port, stop: () => new Promise((resolve) => httpServer.close(resolve)) };
}

/**
 * A process whose servers share sessions with those of other processes. Clients command its
 * applications, and tests ask what has happened in it.
 *
 * @module
 */

import { readOptions } from "../../examples/command_line.ts";
import { serveFetch, servesFetch } from "../../examples/serve.ts";
import { serveNode } from "../../examples/serve_node.ts";
import { type Connection, createServer, type Server } from "../../mod.ts";
import { localBus } from "../../src/adapters/cluster.ts";
import { openEngineBus } from "../support/engine_bus.ts";
import { TroubledBus } from "../support/troubled_bus.ts";
import { oldReceiverOf, serveByAdapters } from "./adapters.ts";
import type { SessionRecord } from "./session_processes.ts";

const { folder = "", engine, cluster = "{}", bus: busOptions = "{}" } = readOptions({
  port: "NUMBER",
  folder: "PATH",
  engine: "URL",
  cluster: "JSON",
  bus: "JSON",
});
// What the bus reports is no fault of the servers.
const log = (message: string) => console.log(message);
const settings = { ...JSON.parse(busOptions), log };
const bus = new TroubledBus(
  engine === undefined
    ? localBus({ ...settings, name: "sessions", folder })
    : await openEngineBus(engine, settings),
);
const servers: Server[] = [];
const records = new Map<string, SessionRecord>();
const connections = new Map<string, Connection>();
/** Of the same service by other adapters. */
let adapterPorts: Promise<Record<string, number>> | undefined;
/** How often `authorize` was asked. */
let asked = 0;
let isClosed = false;

/** The options of a service. All services share their sessions. */
function optionsOf(prefix: string, limits: object = {}) {
  return {
    prefix,
    heartbeatDelay: 600_000,
    disconnectDelay: 30_000,
    maxMessageSize: 1024 * 1024,
    cluster: { ...JSON.parse(cluster), bus, name: "one", sessions: true, ...limits },
  };
}

/** Adds a service. */
function add(prefix: string, options: object = {}, name = prefix, limits: object = {}): Server {
  const next = servers.length + 1;
  const server = createServer({
    ...optionsOf(prefix, limits),
    ...options,
    fallback: (request, info) => servers[next]?.handler(request, info) ?? control(request),
  });
  server.on("connection", (connection) => opened(connection, name));
  servers.push(server);
  return server;
}

function opened(connection: Connection, server: string): void {
  const id = connection.url.split("?", 1)[0]!.split("/").at(-2)!;
  const record = recordOf(id);
  connections.set(id, connection);
  record.opened.push(server);
  connection.on("data", (message) => {
    record.messages.push(message);
    obey(connection, message);
  });
  connection.on("close", ({ code, reason }) => record.closed.push({ code, reason }));
}

/** Does what a message says; otherwise gives it back. */
function obey(connection: Connection, message: string): void {
  const [command, argument = ""] = message.split(" ");
  if (command === "pause") connection.pause();
  else if (command === "close") connection.close(3000, "As told");
  else if (command === "fill") connection.write("x".repeat(Number(argument)));
  else connection.write(message);
}

function recordOf(id: string): SessionRecord {
  let record = records.get(id);
  if (record === undefined) {
    record = { opened: [], closed: [], messages: [], url: "", headers: {} };
    records.set(id, record);
  }
  return record;
}

/** What the connection has of the last receiving request. */
function lastRequest(id: string): Partial<SessionRecord> | undefined {
  const connection = connections.get(id);
  return connection && { url: connection.url, headers: { ...connection.headers } };
}

async function control(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const id = searchParams.get("id") ?? "";
  switch (pathname) {
    case "/record":
      return Response.json({ ...recordOf(id), ...lastRequest(id) });
    case "/asked":
      return Response.json(asked);
    case "/twin":
      return Response.json(twinPort);
    case "/adapters":
      return Response.json(await (adapterPorts ??= serveByAdapters(optionsOf("/echo"), opened)));
    case "/old-receiver":
      return Response.json(oldReceiverOf(connections.get(id)));
    // How many processes a message reaches, as far as this one knows.
    case "/reach":
      return Response.json(await bus.publish("reach", ""));
    case "/trouble":
      bus.trouble(JSON.parse(searchParams.get("with") ?? ""));
      return Response.json(null);
    case "/deafen":
      bus.deafen();
      return Response.json(null);
    case "/resume":
      connections.get(id)?.resume();
      return Response.json(null);
    case "/write":
      return Response.json(connections.get(id)?.write(searchParams.get("text") ?? ""));
    case "/close":
      // Of former tests, there are sessions whose clients do not come back.
      Promise.all([...servers, twin].map((server) => server.close({ timeout: 1000 })))
        .then(() => isClosed = true);
      return Response.json(null);
    case "/closed":
      return Response.json(isClosed);
    default:
      return new Response(null, { status: 404 });
  }
}

async function listen(servers: Server[]): Promise<number> {
  const { port } = servesFetch
    ? await serveFetch(0, servers[0]!.handler, servers[0]!.websocket)
    : await serveNode(0, servers);
  return port;
}

// The first of two servers that cannot be told apart but by their ports.
const twin = add("/echo", {}, "twin");
servers.pop();
add("/echo");
// Each stream ends after one larger message.
add("/short", { responseLimit: 4096 });
add("/patient", {}, "patient", { answerTimeout: 20_000 });
add("/few", {}, "few", { maxCarried: 1 });
add("/keys", {
  authorize: ({ headers }: Request) => {
    asked++;
    const key = headers.get("x-key");
    return key === "" ? false : key === null || { key: decodeURIComponent(key) };
  },
});
await bus.subscribe("reach", () => {});
const twinPort = await listen([twin]);
console.log(`http://127.0.0.1:${await listen(servers)}`);

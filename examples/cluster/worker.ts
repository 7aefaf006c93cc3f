/**
 * One of the processes of the cluster.
 *
 * @module
 */

import process from "node:process";
import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { type Bus, workerNumber } from "../../src/adapters/cluster.ts";
import { filesOf } from "../files.ts";
import { serveFetch, servesFetch } from "../serve.ts";

/** What all clients get. */
const topic = "everyone";

/** Milliseconds from one sign of life to the next. */
const interval = 1000;

/** Milliseconds over which the clients of a process that ends are sent away. */
const spread = 500;

/** How long the HTTP server may take for its last responses, in ms. */
const maxLastResponses = 1000;

/** The longest text that is passed on. */
const longest = 200;

/** What the server sends. */
type FromServer =
  /** To a new client: which process serves it. */
  | { type: "welcome"; worker: number; pid: number }
  /** From each process, again and again: how many connections it has. */
  | { type: "alive"; worker: number; pid: number; connections: number }
  /** A text of a client, and the process that serves that one. */
  | { type: "said"; pid: number; text: string }
  /** Messages of other processes may be missing. */
  | { type: "gap"; pid: number };

/** Serves until a signal comes, or a client ends the process. */
export async function serveWorker(port: number, bus: Bus): Promise<void> {
  const { pid } = process;
  const server = createServer({
    prefix: "/cluster",
    serveClient: client,
    // The other transports need affinity: each connection may reach another process.
    transports: ["websocket", "websocket-raw"],
    cluster: { bus, name: "example" },
    fallback: filesOf(new URL("page/", import.meta.url)),
  });
  const publish = (message: FromServer) => server.publish(topic, JSON.stringify(message));
  const tellAlive = () =>
    publish({ type: "alive", worker: workerNumber, pid, connections: server.connections.size });
  server.on("connection", (connection) => {
    connection.subscribe(topic);
    const welcome: FromServer = { type: "welcome", worker: workerNumber, pid };
    connection.write(JSON.stringify(welcome));
    tellAlive();
    connection.on("data", (text) => {
      // As if it had crashed.
      if (text === "kill") process.kill(pid, "SIGKILL");
      else publish({ type: "said", pid, text: text.slice(0, longest) });
    });
    connection.on("close", () => {
      // When this process ends, its connections close together: one message for each would be too many.
      if (!server.draining) tellAlive();
    });
  });
  server.on("gap", () => publish({ type: "gap", pid }));
  setInterval(tellAlive, interval);

  const stop = servesFetch
    ? (await serveFetch(port, server.handler, server.websocket, { reusePort: true })).stop
    : (await (await import("../serve_node.ts")).serveNode(port, [server])).stop;
  let isEnding = false;
  process.on("SIGTERM", async () => {
    if (isEnding) process.exit();
    isEnding = true;
    // First, so that all who come now reach the other processes. But Deno's server would end all its
    // websockets at once.
    const stopped = "Deno" in globalThis ? undefined : stop();
    await server.close({ spread });
    await Promise.race([
      stopped ?? stop(),
      new Promise((resolve) => setTimeout(resolve, maxLastResponses)),
    ]);
    await bus.close();
    process.exit();
  });
}

/**
 * One of the processes of the cluster.
 *
 * @module
 */

import { hostname } from "node:os";
import process from "node:process";
import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { workerNumber } from "../../src/adapters/cluster.ts";
import { filesOf } from "../files.ts";
import { serveFetch, servesFetch } from "../serve.ts";
import type { OpenBus } from "./bus.ts";

/** What all clients get. */
const topic = "everyone";

/** Milliseconds from one sign of life to the next. */
const interval = 1000;

/** Milliseconds until others are told of connections that come and go. */
const delay = 100;

/** Milliseconds over which the clients of a process that ends are sent away. */
const spread = 500;

/** How long the HTTP server may take for its last responses, in ms. */
const maxLastResponses = 1000;

/** The longest text that is passed on. */
const longest = 200;

/** Which process a message is from. */
interface Sender {
  /** The machine, and the port of its command. */
  readonly place: string;
  readonly worker: number;
  readonly pid: number;
}

/** What the server sends, with its sender. */
type Content =
  /** To a new client: the sender has its session. */
  | { type: "welcome" }
  /** From each process, again and again: how many connections it has. */
  | { type: "alive"; connections: number }
  /** A text of a client whose session the sender has. */
  | { type: "said"; text: string }
  /** The sender may have missed messages of other processes. */
  | { type: "gap" };

/** Serves until a signal comes, or a client ends the process. */
export async function serveWorker(port: number, { bus, close }: OpenBus): Promise<void> {
  const { pid } = process;
  const sender: Sender = { place: `${hostname()}:${port}`, worker: workerNumber, pid };
  const server = createServer({
    prefix: "/cluster",
    serveClient: client,
    // With `sessions`, any process answers any request, so that all transports work without affinity.
    cluster: { bus, name: "example", sessions: true },
    fallback: filesOf(new URL("page/", import.meta.url)),
  });
  const textOf = (content: Content) => JSON.stringify({ ...sender, ...content });
  const publish = (content: Content) => server.publish(topic, textOf(content));
  const tellAlive = () => publish({ type: "alive", connections: server.connections.size });
  let soon: ReturnType<typeof setTimeout> | undefined;
  // Everyone gets it: many connections that come and go are told together.
  const tellAliveSoon = () =>
    soon ??= setTimeout(() => {
      soon = undefined;
      tellAlive();
    }, delay);
  server.on("connection", (connection) => {
    connection.subscribe(topic);
    connection.write(textOf({ type: "welcome" }));
    tellAliveSoon();
    connection.on("data", (text) => {
      // As if it had crashed.
      if (text === "kill") process.kill(pid, "SIGKILL");
      else publish({ type: "said", text: text.slice(0, longest) });
    });
    connection.on("close", () => {
      // When this process ends, its connections close together: one message for each would be too many.
      if (!server.draining) tellAliveSoon();
    });
  });
  server.on("gap", () => publish({ type: "gap" }));
  setInterval(tellAlive, interval);

  const stop = servesFetch
    ? (await serveFetch(port, server.handler, server.websocket, { reusePort: true })).stop
    : (await (await import("../serve_node.ts")).serveNode(port, [server])).stop;
  let isEnding = false;
  process.on("SIGTERM", async () => {
    if (isEnding) process.exit();
    isEnding = true;
    // First, so that all who come now reach the other processes, which carry the last requests of the
    // sessions here. But Deno's server would end all its websockets at once.
    const stopped = "Deno" in globalThis ? undefined : stop();
    await server.close({ spread });
    await Promise.race([
      stopped ?? stop(),
      new Promise((resolve) => setTimeout(resolve, maxLastResponses)),
    ]);
    await close();
    process.exit();
  });
}

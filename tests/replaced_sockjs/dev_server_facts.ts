/**
 * What clients of webpack-dev-server get, which are no browsers.
 *
 * @module
 */

import { HttpConnection } from "../support/raw_http.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { DevServer, type DevServerOptions } from "./dev_server.ts";
import {
  type DevServerProjects,
  documentedDevServer,
  type Release,
} from "./dev_server_projects.ts";
import { compareFacts, type Comparison, type Facts } from "./facts.ts";
import type { ScratchProject } from "./scratch_project.ts";

/** Compares ours to the original with a release. */
export async function compareDevServers(
  projects: DevServerProjects,
  release: Release,
): Promise<Comparison[]> {
  const [original, ours] = await Promise.all([
    projects.original().then((project) => findFacts(project, release.original)),
    projects.ours(release).then((project) => findFacts(project, "webpack-dev-server")),
  ]);
  return compareFacts(original, ours);
}

/** Starts the dev server of a package with several options. */
async function findFacts(project: ScratchProject, packageName: string): Promise<Facts> {
  const facts: Record<string, unknown> = {};
  const find = async (
    options: DevServerOptions,
    found: Readonly<Record<string, (server: DevServer) => Promise<unknown>>>,
  ) => {
    const all = { ...await documentedDevServer(), ...options };
    await using server = await DevServer.start(project, packageName, all);
    for (const [sentence, fact] of Object.entries(found)) {
      facts[sentence] = await fact(server)
        .catch((error) => ({ failed: (error as Error).message }));
    }
  };
  await find({}, {
    "what clients get": messages,
    "who may connect": whoMayConnect,
    "a client learns that the server stops, whose process then ends": stopping,
  });
  await find({ allowedHosts: ["allowed.test"] }, {
    "who may connect with allowedHosts": whoMayConnect,
  });
  await find(custom({ path: "/own", sockjsUrl: "/own_client.js" }), {
    "options.path and options.sockjsUrl": paths,
  });
  await find(custom({ prefix: "/own" }), { "options.prefix": paths });
  return facts;
}

const custom = (options: DevServerOptions) => ({ webSocketServer: { type: "sockjs", options } });

/** How a session is opened: gives the source of its frames. */
type Open = (
  port: number,
  prefix: string,
  headers: Record<string, string>,
) => Promise<Frames> | Frames;

interface Frames extends Disposable {
  next(): Promise<string>;
}

const openWebSocket: Open = async (port, prefix, headers) => {
  const connection = await HttpConnection.open(port);
  const path = `${prefix}/000/${crypto.randomUUID()}/websocket`;
  const socket = await RawWebSocket.open(connection, path, headers);
  return { next: () => socket.message(), [Symbol.dispose]: () => connection.close() };
};

const openPolling: Open = (port, prefix, headers) => {
  const path = `${prefix}/000/${crypto.randomUUID()}/xhr`;
  return {
    async next() {
      using connection = await HttpConnection.open(port);
      return (await connection.exchange({ method: "POST", path, headers })).body.trim();
    },
    [Symbol.dispose]() {},
  };
};

/** Browsers have a third one, which is tested in Chromium. */
const transports = { "websocket": openWebSocket, "xhr-polling": openPolling };

/** What a page's requests have. */
const ofPage = ({ address }: DevServer) => ({ Origin: address });

/** What comes until the page is up to date: at first, and after a change. */
async function messages(server: DevServer): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const [transport, open] of Object.entries(transports)) {
    using frames = await open(server.port, "/ws", ofPage(server));
    const first = await untilOk(frames);
    await server.write("message.js", await server.read("message.js") + "\n");
    found[transport] = { first, later: await untilOk(frames) };
  }
  return found;
}

/** The types and errors of all messages, until the page is up to date or the session is closed. */
async function untilOk(frames: Frames): Promise<string[]> {
  const found: string[] = [];
  while (true) {
    const frame = await frames.next();
    if (!frame.startsWith("a")) found.push(frame);
    else {
      for (const message of JSON.parse(frame.slice(1))) {
        const { type, data } = JSON.parse(message);
        found.push(type === "error" ? `${type}: ${data}` : type);
      }
    }
    if (found.at(-1) === "ok" || frame.startsWith("c")) return found;
  }
}

/** Headers by which it decides. */
const requests: readonly Readonly<Record<string, string>>[] = [
  {},
  { Origin: "http://127.0.0.1:1" },
  { Origin: "http://foreign.test" },
  { Origin: "http://allowed.test" },
  { Host: "foreign.test" },
  { Host: "allowed.test", Origin: "http://allowed.test" },
];

/** What each of them gets, over each transport. */
async function whoMayConnect({ port }: DevServer): Promise<unknown> {
  const results: Record<string, unknown> = {};
  for (const headers of requests) {
    for (const [transport, open] of Object.entries(transports)) {
      const who = Object.entries(headers).map((pair) => pair.join(": ")).join(", ");
      using frames = await open(port, "/ws", headers);
      results[`${transport}, ${who}`] = await untilOk(frames);
    }
  }
  return results;
}

/** What is at the paths of SockJS. */
async function paths(server: DevServer): Promise<unknown> {
  const { address, port } = server;
  const statuses: Record<string, number> = {};
  for (const path of ["/own/info", "/ws/info", "/own", "/own/iframe.html"]) {
    const response = await fetch(address + path);
    statuses[path] = response.status;
    await response.body?.cancel();
  }
  const page = await (await fetch(`${address}/own/iframe.html`)).text();
  using frames = await openWebSocket(port, "/own", ofPage(server));
  return {
    statuses,
    client: /<script src="([^"]*)"/.exec(page)?.[1],
    messages: await untilOk(frames),
  };
}

async function stopping(server: DevServer): Promise<unknown> {
  using frames = await openWebSocket(server.port, "/ws", ofPage(server));
  await untilOk(frames);
  // The dev server destroys all sockets, perhaps before the close frame.
  const ended = frames.next().then((frame) => frame.startsWith("c"), () => true);
  const [isClosed, end] = await Promise.all([ended, server.stop()]);
  return { isClosed, end };
}

/** `node:http` servers on which SockJS runs beside other applications. */

import type { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

/** A SockJS server that gives messages back, with its name before them. */
function echo(name: string, options: Parameters<typeof createSockJS>[0] = {}) {
  const server = createSockJS({ prefix: `/${name}`, ...options });
  server.on("connection", (connection) => {
    connection.on("data", (message) => connection.write(`${name} ${message}`));
  });
  return server;
}

/** How many listeners there are for what. */
function listeners(emitter: EventEmitter): unknown {
  return Object.fromEntries(
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  );
}

/** All that a listener can see of a request. */
function seen(req: IncomingMessage, res: ServerResponse | undefined, self: unknown): unknown {
  const { method, url, httpVersion, rawHeaders, readableFlowing, complete } = req;
  return {
    ...{ method, url, httpVersion, rawHeaders, readableFlowing, complete },
    onRequest: listeners(req),
    onResponse: res && listeners(res),
    onSocket: listeners(req.socket),
    headersSent: res?.headersSent,
    self,
  };
}

type Seen = IncomingMessage & { seenBy?: unknown[] };

/** Two listeners for requests: the first notes what it sees, the second answers with both notes. */
function describing(server: Server): Server {
  server.on("request", function (this: unknown, req: Seen, res: ServerResponse) {
    req.seenBy = [seen(req, res, this === server)];
  });
  server.on("request", async function (this: unknown, req: Seen, res: ServerResponse) {
    const seenBy = [...req.seenBy ?? [], seen(req, res, this === server)];
    let body = "";
    for await (const chunk of req) body += chunk;
    res.end(JSON.stringify({ seenBy, body }));
  });
  return server;
}

/** The same for upgrades. */
function describingUpgrades(server: Server): Server {
  server.on("upgrade", function (this: unknown, req: Seen) {
    req.seenBy = [seen(req, undefined, this === server)];
  });
  server.on("upgrade", function (this: unknown, req: Seen, socket: Duplex, head: Uint8Array) {
    const seenBy = [...req.seenBy ?? [], seen(req, undefined, this === server)];
    socket.on("error", () => {});
    const isSame = socket === req.socket;
    socket.end(JSON.stringify({ seenBy, isSame, head: String.fromCharCode(...head) }));
  });
  return server;
}

const bare = describingUpgrades(describing(createServer()));

const one = describingUpgrades(describing(createServer()));
installHandlers(echo("one"), one);

const several = describingUpgrades(describing(createServer()));
for (const name of ["one", "two", "three"]) installHandlers(echo(name), several);

/** The application has its own websockets, and its own way of refusing others. */
const ownWebSockets = createServer((_req, res) => res.end("application"));
const webSocketServer = new WebSocketServer({ noServer: true });
webSocketServer.on("connection", (socket) => {
  socket.on("message", (data) => socket.send(`own ${data}`));
});
ownWebSockets.on("upgrade", (req, socket, head) => {
  if (req.url !== "/own") return socket.end("HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n");
  webSocketServer.handleUpgrade(req, socket, head, (own) => {
    webSocketServer.emit("connection", own, req);
  });
});
for (const name of ["one", "two"]) installHandlers(echo(name), ownWebSockets);

/** A server of `ws` that was there first; it takes no upgrades but its own. */
const attached = createServer((_req, res) => res.end("application"));
new WebSocketServer({ server: attached, path: "/own" }).on("connection", (socket) => {
  socket.on("message", (data) => socket.send(`own ${data}`));
});
installHandlers(echo("one"), attached);

const once = createServer();
once.once("request", (_req, res) => res.end("once"));
once.once(
  "upgrade",
  (_req, socket) => socket.end("HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n"),
);
installHandlers(echo("one"), once);

const withoutUpgrades = createServer((req, res) => {
  let body = "";
  req.on("data", (chunk) => body += chunk);
  req.on("end", () => res.end(`application ${req.method} ${req.url} ${body}`));
});
for (const name of ["one", "two"]) installHandlers(echo(name), withoutUpgrades);

const late = createServer();
installHandlers(echo("one"), late);
late.on("request", (req, res) => res.end(`late ${req.url}`));

const alone = createServer();
for (const name of ["one", "two"]) installHandlers(echo(name), alone);

await serve({
  ...{ bare, one, several, ownWebSockets, attached, once, withoutUpgrades, late, alone },
});

/**
 * Services beside code that listens before and after them, removes their listeners, or wraps them.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { WebSocketServer } from "ws";
import { createServer as createSockJS } from "../../../mod.ts";
import { type Installation, installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const logged: string[] = [];

/** A SockJS server that gives messages back, with its prefix before them. */
function echo(prefix: string) {
  const server = createSockJS({
    prefix,
    log: (severity, message) => severity === "error" && logged.push(message),
  });
  server.on("connection", (connection) => {
    connection.on("data", (message) => connection.write(`${prefix} ${message}`));
  });
  return server;
}

/** The calls of other listeners since the last query. */
const called: string[] = [];

/** An application that answers requests without a response. */
const application = (name: string) => (req: IncomingMessage, res: ServerResponse) => {
  called.push(`${name} ${req.url}`);
  if (!res.headersSent) res.end(`${name} ${req.url}`);
};
/** The same for upgrades. */
const refusing = (name: string) => (req: IncomingMessage, socket: Duplex) => {
  called.push(`${name} upgrade ${req.url}`);
  if (socket.writableEnded) return;
  socket.end(`HTTP/1.1 418 Teapot\r\nContent-Length: ${name.length}\r\n\r\n${name}`);
};

function own(server: Server): void {
  new WebSocketServer({ server, path: "/own" }).on("connection", (socket) => {
    socket.on("message", (data) => socket.send(`own ${data}`));
  });
}

/** As Meteor does it, with `/short` for the path of its websockets. */
function wrap(server: Server): Server {
  for (const event of ["request", "upgrade"]) {
    const listeners = server.listeners(event).slice(0);
    server.removeAllListeners(event);
    server.addListener(event, (request: IncomingMessage, ...rest: unknown[]) => {
      if (request.url === "/short" || request.url === "/short/") request.url = "/echo/websocket";
      listeners.forEach((listener) => listener.apply(server, [request, ...rest]));
    });
  }
  return server;
}

/** Like engine.io, which closes upgrades that get no response after a while. */
function engine(server: Server): Server {
  const listeners = server.listeners("request").slice(0);
  server.removeAllListeners("request");
  server.on("request", (req, res) => {
    if (req.url?.startsWith("/engine")) return res.end("engine");
    for (const listener of listeners) listener.call(server, req, res);
  });
  server.on("upgrade", refusing("engine"));
  return server;
}

/** Something before ours, and something after. */
function between(server = createServer(application("early"))): Server {
  server.on("upgrade", refusing("early"));
  installHandlers(echo("/echo"), server);
  server.on("request", application("late"));
  server.on("upgrade", refusing("late"));
  return server;
}

function alone(...prefixes: string[]): Server {
  const server = createServer();
  for (const prefix of prefixes) installHandlers(echo(prefix), server);
  return server;
}

/** A server of `ws` with a path of its own, which refuses all others. */
const wsBefore = createServer(application("application"));
own(wsBefore);
installHandlers(echo("/echo"), wsBefore);
const wsAfter = createServer(application("application"));
installHandlers(echo("/echo"), wsAfter);
own(wsAfter);
/** As Next.js does it: when the first request comes. */
const wsMuchLater = createServer(application("application"));
installHandlers(echo("/echo"), wsMuchLater);
wsMuchLater.once("listening", () => setTimeout(() => own(wsMuchLater)));

const adding = Object.fromEntries(
  (["on", "addListener", "once", "prependListener", "prependOnceListener"] as const).map((add) => {
    const server = alone("/echo");
    server[add]("request", application(add));
    server[add]("upgrade", refusing(add));
    return [add, server];
  }),
);

const meteorAlone = wrap(alone("/echo"));
const meteorTwo = wrap(alone("/echo", "/other"));
const meteorBetween = wrap(between());
const meteorTwice = wrap(wrap(between()));
const meteorBelow = wrap(alone("/echo"));
meteorBelow.on("request", application("later"));
meteorBelow.on("upgrade", refusing("later"));
wrap(meteorBelow);
const meteorThenLater = wrap(alone("/echo"));
meteorThenLater.on("request", application("later"));
meteorThenLater.on("upgrade", refusing("later"));
const meteorThenOther = wrap(between());
installHandlers(echo("/other"), meteorThenOther);
const engineAlone = engine(alone("/echo"));
const engineBetween = engine(between());

/** Each listener is wrapped by code that refuses requests with `X-Forbidden`. */
const filtered = between();
for (const event of ["request", "upgrade"]) {
  for (const listener of filtered.listeners(event)) {
    filtered.off(event, listener as () => void);
    filtered.on(event, (req: IncomingMessage, ...rest: unknown[]) => {
      if (req.headers["x-forbidden"] === undefined) return listener.call(filtered, req, ...rest);
      const [response] = rest as [ServerResponse | Duplex];
      if (!response.writableEnded) {
        response.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      }
    });
  }
}

const emptied = between();
for (const event of ["request", "upgrade"]) emptied.removeAllListeners(event);
emptied.on("request", application("new"));

/** It refuses upgrades where it is the only one who listens for them. */
const hono = createAdaptorServer({
  fetch: (request) => new Response(`hono ${new URL(request.url).pathname}`),
  websocket: { server: new WebSocketServer({ noServer: true }) as never },
}) as Server;
installHandlers(echo("/echo"), hono);

/** Which comes and goes. */
const changing = createServer();
const changed = echo("/echo");
let installation: Installation | undefined;

/** All that can be asked of a server about its listeners. */
function state() {
  return ["request", "upgrade"].map((event) => [
    ...[changing.listenerCount(event), changing.listeners(event).length],
    ...[changing.rawListeners(event).length, changing.eventNames().includes(event)],
  ]);
}

const servers = {
  ...{ wsBefore, wsAfter, wsMuchLater, between: between() },
  ...{
    meteorAlone,
    meteorTwo,
    meteorBetween,
    meteorTwice,
    meteorBelow,
    meteorThenLater,
    meteorThenOther,
  },
  ...{ engineAlone, engineBetween, filtered, emptied, hono, changing },
};

await serve({ ...adding, ...servers }, {
  called: () => called.splice(0),
  logged: () => logged.splice(0),
  state,
  install() {
    installation = installHandlers(changed, changing);
  },
  detach() {
    installation?.detach();
    return Object.getOwnPropertyNames(changing).filter((name) => /^(on|add|prep|list)/.test(name))
      .filter((name) => typeof Reflect.get(changing, name) === "function");
  },
  /** Adds listeners of these kinds and takes them off again, and gives what could be seen. */
  use() {
    const seen: unknown[] = [];
    for (
      const add of ["on", "addListener", "once", "prependListener", "prependOnceListener"] as const
    ) {
      for (const off of ["off", "removeListener"] as const) {
        const [request, upgrade] = [application(add), refusing(add)];
        changing[add]("request", request);
        changing[add]("upgrade", upgrade);
        const counts = () => [
          changing.listenerCount("request", request),
          changing.listenerCount("upgrade", upgrade),
        ];
        seen.push(state(), counts());
        changing[off]("request", request);
        changing[off]("upgrade", upgrade);
        seen.push(state(), counts());
      }
    }
    return seen;
  },
  /** Gives the path of the next upgrade that is not ours. */
  async next() {
    const [req, socket] = await once(changing, "upgrade");
    socket.end("HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n");
    return req.url;
  },
});

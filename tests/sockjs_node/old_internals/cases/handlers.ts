/** Programs that pass requests and upgrades to a service by themselves. */

import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import {
  type Connection,
  createServer,
  type Handler,
  type ServerOptions,
} from "../../../../src/adapters/sockjs_node.ts";
import { Arrivals, type Cases, CaseSite, runCases } from "../../case_site.ts";

function createEcho(options: ServerOptions = {}) {
  const server = createServer(options);
  server.on("connection", (connection) => {
    connection.on("data", (message) => connection.write(message));
  });
  return server;
}

/** A site that asks a handler first, for requests and for upgrades. */
function openWith(handler: Handler): Promise<CaseSite> {
  return CaseSite.open((http) => {
    http.removeAllListeners("request");
    http.on("request", (req: IncomingMessage, res: ServerResponse) => {
      if (!handler.call(http, req, res)) res.end("the site's own");
    });
    http.on("upgrade", (req: IncomingMessage, socket: Socket, head: Uint8Array) => {
      if (!handler.call(http, req, socket, head)) socket.end("HTTP/1.1 418 Teapot\r\n\r\n");
    });
  });
}

async function assertEchoes(site: CaseSite): Promise<void> {
  assert.equal(await site.poll(), "o");
  await site.send(["one"]);
  assert.equal(await site.poll(), 'a["one"]');
  const socket = await site.connect();
  assert.equal(await socket.receive(), "o");
  socket.send('["two"]');
  assert.equal(await socket.receive(), 'a["two"]');
}

/** What a server sends to an upgrade request until it ends the connection. */
async function upgrade(site: CaseSite, path: string): Promise<string> {
  const socket = connect(site.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
      "Connection: close, Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  await once(socket, "close");
  return text;
}

const handlers: Record<string, (options: ServerOptions) => Handler> = {
  "listener(options).getHandler()": (options) => createEcho().listener(options).getHandler(),
  "middleware(options)": (options) => createEcho().middleware(options),
  "handler": (options) => createEcho(options).handler,
};

const each = (sentence: string, test: (handler: Handler) => Promise<void>): Cases =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, make]) => [
      `${name} ${sentence}`,
      () => test(make({ prefix: "/echo" })),
    ]),
  );

export const cases: Cases = {
  ...each("serves what is for the service, and returns false for the rest", async (handler) => {
    await using site = await openWith(handler);
    await assertEchoes(site);
    assert.equal((await site.request("/echo")).body, "Welcome to SockJS!\n");
    assert.equal((await site.request("/echofoo")).body, "the site's own");
    assert.match(await upgrade(site, "/other"), /^HTTP\/1.1 418 /);
  }),

  ...each("answers an upgrade that is not a handshake as a request", async (handler) => {
    await using site = await openWith(handler);
    assert.match(await upgrade(site, "/echo/websocket"), /^HTTP\/1.1 400 /);
    assert.match(await upgrade(site, "/echo/none"), /^HTTP\/1.1 404 /);
  }),

  "a socket without its server is cut off if its upgrade is not a handshake": async () => {
    const handler = createEcho().listener({ prefix: "/echo" }).getHandler();
    await using site = await openWith((req, res, head) => {
      if (head !== undefined) Object.defineProperty(res, "server", { value: undefined });
      return handler(req, res, head);
    });
    assert.equal(await upgrade(site, "/echo/websocket"), "");
    assert.equal(await site.poll(), "o");
  },

  "middleware calls the next for requests that are not the service's": async () => {
    const middleware = createEcho().middleware({ prefix: "/echo" });
    await using site = await openWith((req, res, head) => {
      if (head !== undefined) return middleware.upgrade(req, res, head);
      return middleware(req, res, () => (res as ServerResponse).end("the next")) || true;
    });
    await assertEchoes(site);
    assert.equal((await site.request("/")).body, "the next");
  },

  "handler opens a connection before it returns": async () => {
    const server = createServer({ prefix: "/echo", transports: ["xhr-polling"] });
    let current: IncomingMessage | undefined;
    const opened = new Arrivals<[Connection, string | undefined]>();
    server.on("connection", (connection) => {
      connection.id = "the application's own";
      opened.add([connection, current?.url]);
    });
    await using site = await openWith((req, res, head) => {
      current = req as IncomingMessage;
      try {
        return server.handler(req, res, head);
      } finally {
        current = undefined;
      }
    });
    assert.equal(await site.poll(), "o");
    const [connection, url] = await opened.next();
    assert.equal(url, "/echo/server/session/xhr");
    connection.write("one");
    assert.equal(await site.poll(), 'a["one"]');
    assert.equal(connection.id, "the application's own");
    assert.match((await site.request("/echo/info")).body, /"websocket":false/);
    assert.match(await upgrade(site, "/echo/0/0/websocket"), /^HTTP\/1.1 404 /);
  },

  "one server has several listeners, each with its options": async () => {
    const server = createEcho({ prefix: "/echo" });
    const all = [
      server.listener({ websocket: false }).getHandler(),
      server.listener({ prefix: "/other" }).getHandler(),
    ];
    await using site = await openWith((...args) => all.some((handler) => handler(...args)));
    assert.match((await site.request("/echo/info")).body, /"websocket":false/);
    assert.match((await site.request("/other/info")).body, /"websocket":true/);
    assert.equal((await site.request("/")).body, "the site's own");
  },
};

await runCases(cases);

/** Tests of the Hono adapter with an imitation of `@hono/node-server`. */

import { EventEmitter } from "node:events";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Hono } from "hono";
import { createServer } from "../../mod.ts";
import { sockjs, type UpgradeWebSocket } from "../../src/adapters/hono.ts";

const socket = Object.assign(new EventEmitter(), {
  remoteAddress: "192.0.2.1",
  remotePort: 1,
  localAddress: "192.0.2.2",
});

/** As node-server makes it of an upgrade. */
function upgradeRequest(): Request {
  return new Request("http://localhost/echo/000/id/websocket", {
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": btoa("sixteen bytes ok"),
    },
  });
}

function createEcho() {
  const logged: string[] = [];
  const echo = createServer({
    prefix: "/echo",
    log: (severity, message) => severity === "error" && logged.push(message),
  });
  return { echo, logged };
}

Deno.test("upgrades that come as ordinary requests are refused, which is logged once", async () => {
  const { echo, logged } = createEcho();
  const app = new Hono();
  app.use(sockjs(echo, { upgradeWebSocket: () => Promise.reject(new Error("Not to be called")) }));
  const env = { incoming: { socket, headers: {} }, outgoing: {} };
  for (let count = 0; count < 2; count++) {
    assertEquals((await app.fetch(upgradeRequest(), env)).status, 400);
  }
  assertEquals(logged.length, 1);
  assert(logged[0]?.includes("websocket: { server: new WebSocketServer({ noServer: true }) }"));
});

Deno.test("the websocket of a connection that has ended is not waited for", async () => {
  const { echo, logged } = createEcho();
  const app = new Hono();
  app.use(sockjs(echo, { upgradeWebSocket: () => Promise.reject(new Error("Not to be called")) }));
  const gone = Object.assign(new EventEmitter(), { destroyed: true });
  const response = await app.fetch(upgradeRequest(), { incoming: { socket: gone, headers: {} } });
  assertEquals([response.status, logged], [400, []]);
});

Deno.test("the body of a response to an upgrade is cancelled, as it is not sent", async () => {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
  const headers = { "X-Reason": "none" };
  const app = new Hono();
  app.use(sockjs(createServer({
    prefix: "/echo",
    authorize: () => new Response(body, { status: 401, headers }),
  })));
  const response = await app.fetch(upgradeRequest(), { incoming: { socket, headers: {} } });
  assertEquals([response.status, response.headers.get("X-Reason")], [401, "none"]);
  assertEquals([isCancelled, response.body], [true, null]);
});

Deno.test("an upgradeWebSocket that fails is logged", async () => {
  const { echo, logged } = createEcho();
  const app = new Hono();
  app.use(sockjs(echo, { upgradeWebSocket: () => Promise.reject(new Error("No such thing")) }));
  for (let count = 0; count < 2; count++) {
    await app.fetch(upgradeRequest(), { incoming: { socket, headers: {} } });
  }
  // Without a listener, an error of the upgraded socket would end the process; one is enough.
  assertEquals(socket.listenerCount("error"), 1);
  assertEquals(logged, ["Cannot upgrade: upgradeWebSocket failed with Error: No such thing"]);
});

Deno.test("upgradeWebSocket gets Hono's context, and its websocket becomes a connection", async () => {
  const { echo } = createEcho();
  const contexts: unknown[] = [];
  const sent: string[] = [];
  const raw = { bufferedAmount: 0, on() {}, close() {}, send: (text: string) => sent.push(text) };
  const upgradeWebSocket: UpgradeWebSocket = (context, { onOpen }) => {
    contexts.push(context);
    onOpen(undefined, { raw });
    return Promise.resolve(new Response());
  };
  const app = new Hono();
  app.use((context, next) => {
    contexts.push(context);
    return next();
  });
  app.use(sockjs(echo, { upgradeWebSocket }));
  const headers = { "sec-websocket-version": "7", "sec-websocket-protocol": "a, b" };
  await app.fetch(upgradeRequest(), { incoming: { socket, headers } });
  assert(contexts[0] === contexts[1] && contexts.length === 2);
  assertEquals(sent, ["o"]);
  assertEquals(
    [...echo.connections].map(({ remoteAddress, remotePort, address }) => (
      { remoteAddress, remotePort, address }
    )),
    [{ remoteAddress: "192.0.2.1", remotePort: 1, address: { address: "192.0.2.2", port: 0 } }],
  );
  // What `ws` reads after that.
  assertEquals(headers as object, { upgrade: "websocket", "sec-websocket-version": "13" });
  for (const connection of echo.connections) connection.close();
});

Deno.test("of the subprotocols that are offered, ws finds the one that was chosen", async () => {
  const echo = createServer({ prefix: "/echo", subprotocols: ["two"] });
  const upgradeWebSocket: UpgradeWebSocket = () => Promise.resolve(new Response());
  const app = new Hono();
  app.use(sockjs(echo, { upgradeWebSocket }));
  const headers = { "sec-websocket-protocol": "one, two" };
  const request = upgradeRequest();
  request.headers.set("Sec-WebSocket-Protocol", headers["sec-websocket-protocol"]);
  await app.fetch(request, { incoming: { socket, headers } });
  assertEquals(headers["sec-websocket-protocol"], "two");
});

Deno.test("without anything beside the request there is HTTP", async () => {
  const { echo } = createEcho();
  const app = new Hono();
  app.use(sockjs(echo));
  assertEquals(
    await (await app.fetch(new Request("http://localhost/echo"))).text(),
    "Welcome to SockJS!\n",
  );
});

Deno.test("an option that there is not, or with another value, is refused", () => {
  const upgradeWebSocket = () => {};
  const refused: [options: unknown, message: string][] = [
    [{ upgradeWebsocket: upgradeWebSocket }, "unknown option upgradeWebsocket; did you mean"],
    [{ prefix: "/" }, "unknown option prefix; it is an option of createServer"],
    [
      { upgradeWebSocket: true },
      "the option upgradeWebSocket must be the one from @hono/node-server",
    ],
    [upgradeWebSocket, "the options must be an object such as { upgradeWebSocket }, got"],
  ];
  for (const [options, message] of refused) {
    const make = () => sockjs(createServer(), options as object);
    assertThrows(make, TypeError, `Cannot make middleware: ${message}`);
  }
  for (const none of [undefined, null, {}, { upgradeWebSocket: undefined }]) {
    sockjs(createServer(), none as undefined);
  }
});

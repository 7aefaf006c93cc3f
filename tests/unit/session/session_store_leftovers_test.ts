import { assertEquals } from "@std/assert";
import type { FakeTime } from "@std/testing/time";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass, soon } from "../../support/fake_time.ts";
import { connect, type Connected, PollingClient, serve } from "../../support/polling_client.ts";

/** How polling clients vanish, each in a way of its own. */
const vanishings: Record<string, (connected: Connected, time: FakeTime) => unknown> = {
  "never comes back": () => {},
  "breaks its request": ({ client }) => client.breakPoll(),
  "breaks its request after messages": async ({ client, connection }) => {
    connection.on("data", (message) => connection.write(message));
    await client.send("x");
    await client.poll();
    await client.breakPoll();
  },
  "breaks its request after a heartbeat": async ({ client }, time) => {
    const waiting = client.poll();
    await pass(time, 25_000);
    await waiting;
    await client.breakPoll();
  },
  "leaves messages behind": ({ connection }) => connection.write("x"),
  "leaves a full buffer behind": ({ connection }) => connection.write("x".repeat(100_000)),
  "leaves unread messages behind": ({ client }) => client.send("x"),
  "is closed and never hears of it": ({ connection }) => connection.close(),
  "is closed and comes back": async ({ client, connection }) => {
    connection.close();
    await client.poll();
    await client.poll();
  },
  "breaks its request and comes back": async ({ client }) => {
    await client.breakPoll();
    await client.poll();
  },
  "gets 2010 and breaks all": async ({ client }, time) => {
    const waiting = await client.receive();
    await soon(time, client.poll());
    await waiting.body?.cancel();
  },
  "makes its application throw": async ({ client, connection }) => {
    connection.on("data", () => {
      throw new Error("thrown");
    });
    await client.send("x");
  },
};

for (const [name, vanish] of Object.entries(vanishings)) {
  Deno.test(`a client that ${name} leaves no connection, no timer and a free id`, async () => {
    using time = fakeTime();
    const { server } = serve();
    let closed = 0;
    server.on("connection", (connection) => connection.on("close", () => closed++));
    const connected = await connect(server);
    await vanish(connected, time);
    await pass(time, 5000);
    assertEquals([server.connections.size, closed], [0, 1]);
    assertEquals(time.next(), false, "a timer is left");
    assertEquals(await connected.client.send("x"), 404);
    assertEquals(await connected.client.poll(), "o");
  });
}

Deno.test("a client that breaks its very first streaming request frees its id at once", async () => {
  using time = fakeTime();
  const { server } = serve();
  const url = "http://host/echo/server/session/xhr_streaming";
  const response = await server.handle(new Request(url, { method: "POST" }));
  assertEquals(server.connections.size, 1);
  await response.body?.cancel();
  assertEquals(server.connections.size, 0);
  assertEquals(time.next(), false);
  assertEquals(await new PollingClient(server).poll(), "o");
});

for (const path of ["/echo/a/b/websocket", "/echo/websocket"]) {
  Deno.test(`a websocket under ${path} that closes leaves nothing at once`, async () => {
    using time = fakeTime();
    const runtime = new FakeRuntime();
    const { server } = onRuntime(runtime, () => serve());
    for (let i = 0; i < 3; i++) {
      const { socket, connection } = await connectSocket(server, runtime, path);
      connection.write("x".repeat(i * 50_000));
      socket.listener.closed(1006, "");
    }
    await microtasks();
    assertEquals(server.connections.size, 0);
    assertEquals(time.next(), false);
  });
}

Deno.test("a thousand clients share two timers at most", async () => {
  using time = fakeTime();
  const { setTimeout } = globalThis;
  let armed = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
    armed++;
    return setTimeout(...args);
  }) as typeof setTimeout;
  try {
    const { server } = serve();
    const clients: PollingClient[] = [];
    for (let i = 0; i < 1000; i++) clients.push((await connect(server, `${i}`)).client);
    for (const client of clients.slice(500)) await client.receive();
    assertEquals(armed <= 2, true, `${armed} timers`);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  await pass(time, 25_000 + 5000);
});

Deno.test("requests that make no session leave nothing", async () => {
  using time = fakeTime();
  const { server } = serve();
  const requests = [
    ["GET", "/echo"],
    ["GET", "/echo/info"],
    ["OPTIONS", "/echo/a/b/xhr"],
    ["GET", "/echo/a/b/xhr"],
    ["POST", "/echo/a/b/xhr_send"],
    ["GET", "/echo/a/b/jsonp"],
    ["GET", "/echo/a/b/htmlfile?c=%3C"],
    ["GET", "/echo/a/b/websocket"],
  ];
  for (const [method, path] of requests) {
    await server.handle(new Request(`http://host${path}`, { method: method! }));
  }
  assertEquals([server.connections.size, time.next()], [0, false]);
});

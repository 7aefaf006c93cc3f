import { assert, assertEquals, assertThrows } from "@std/assert";
import { Server } from "../../../src/server/server.ts";
import { connectSocket, FakeRuntime, handshake, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass, soon } from "../../support/fake_time.ts";
import { connect, PollingClient, serve } from "../../support/polling_client.ts";

/** What a server answers to a GET. */
async function get(server: Server, path: string): Promise<Response> {
  return await server.handle(new Request(`http://host${path}`));
}

Deno.test("handler and fetch are own properties that work without the server", async () => {
  const { server } = serve();
  for (const name of ["handler", "fetch"] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(server, name);
    assertEquals(typeof descriptor?.value, "function");
    const handler = descriptor!.value as Server["handler"];
    const response = await handler(new Request("http://host/echo"));
    assertEquals(await response.text(), "Welcome to SockJS!\n");
  }
  assertEquals(server.handler, server.fetch);
});

Deno.test("without a prefix the whole site is the service", async () => {
  const server = new Server();
  assertEquals((await get(server, "/")).status, 200);
  assertEquals((await get(server, "/info")).status, 200);
  assertEquals((await get(server, "/nothing")).status, 404);
});

Deno.test("a bare path, as Bun gives it, is served", async () => {
  const { server } = serve();
  const request = { url: "/echo/info", method: "GET", headers: new Headers() } as Request;
  assertEquals((await server.handle(request)).status, 200);
});

Deno.test("on a runtime that is not known, a Host that may have become a path is a 400", async () => {
  const { server } = serve();
  const ask = async (host: string) =>
    (await server.handle(new Request("http://host/echo/info", { headers: { Host: host } }))).status;
  for (const host of ["", "x", "X.example:80", "[::1]:80"]) assertEquals(await ask(host), 200);
  for (const host of ["x/echo?", "\u00fc/echo?", "x#", "a@b", "x\\"]) {
    assertEquals(await ask(host), 400);
  }
});

Deno.test("another method under a known path is a 405 that lists the methods", async () => {
  const { server } = serve();
  const allowed = { "/echo": "GET, HEAD", "/echo/a/b/xhr": "POST, OPTIONS" };
  for (const [path, allow] of Object.entries(allowed)) {
    const response = await server.handle(new Request(`http://host${path}`, { method: "DELETE" }));
    assertEquals([response.status, response.headers.get("Allow")], [405, allow]);
    assertEquals(await response.text(), "");
  }
});

Deno.test("without a fallback a path outside the prefix is a 404", async () => {
  const { server } = serve();
  for (const path of ["/", "/echofoo", "/other/info"]) {
    assertEquals((await get(server, path)).status, 404, path);
  }
});

Deno.test("a fallback answers what is outside the prefix, and nothing else", async () => {
  const requests: unknown[] = [];
  const respond = (request: Request, info: unknown) => {
    requests.push(new URL(request.url).pathname, info);
    return new Response("mine");
  };
  for (
    const fallback of [respond, async (...args: Parameters<typeof respond>) => {
      await microtasks();
      return respond(...args);
    }]
  ) {
    requests.length = 0;
    const { server } = serve({ fallback });
    const response = await server.handler(new Request("http://host/other"), "info");
    assertEquals(await response.text(), "mine");
    assertEquals((await get(server, "/echo")).status, 200);
    assertEquals((await get(server, "/echo/nothing")).status, 404);
    assertEquals(requests, ["/other", "info"]);
  }
});

Deno.test("a fallback that throws or rejects is a 500, and error is emitted", async () => {
  const error = new Error("no fallback");
  const failing = [() => {
    throw error;
  }, () => Promise.reject(error)];
  for (const fallback of failing) {
    const { server, log } = serve({ fallback });
    const calls: unknown[] = [];
    assertEquals((await get(server, "/other")).status, 500);
    assertEquals(log.length, 1);
    assert(log[0]!.startsWith("error ") && log[0]!.includes("no fallback"), log[0]);
    server.on("error", (error) => calls.push(error));
    const response = await get(server, "/other");
    assertEquals(response.status, 500);
    assertEquals((await response.text()).includes("no fallback"), false);
    assertEquals([calls, log.length], [[error], 1]);
  }
});

Deno.test("a fallback that gives nothing is a 404, for on Bun it may have upgraded", async () => {
  for (const result of [undefined, Promise.resolve(undefined)]) {
    const { server, log } = serve({ fallback: () => result });
    assertEquals((await get(server, "/other")).status, 404);
    assertEquals(log, []);
  }
});

Deno.test("info that throws is a 500, for a second receiver too", async () => {
  using time = fakeTime();
  const runtime = new FakeRuntime();
  const { server, log } = onRuntime(runtime, () => serve());
  const poll = () => new Request("http://host/echo/a/b/xhr", { method: "POST" });
  await server.handle(poll());
  await server.handle(poll());
  runtime.endpoints = () => {
    throw new Error("no ends");
  };
  assertEquals((await soon(time, Promise.resolve(server.handle(poll())))).status, 500);
  assertEquals(log.length, 1);
});

Deno.test("the same session id under two prefixes is two sessions", async () => {
  using _time = fakeTime();
  const { server: one } = serve({ prefix: "/one" });
  const { server: two } = serve({ prefix: "/two", fallback: one.handler });
  const first = await connect(one, "same", "/one");
  assertEquals(await new PollingClient(two, "same", "/two").send("x"), 404);
  const second = await connect(two, "same", "/two");
  assert(first.connection !== second.connection);
  first.connection.write("first");
  second.connection.write("second");
  assertEquals(await first.client.poll(), 'a["first"]');
  assertEquals(await second.client.poll(), 'a["second"]');
  assertEquals([one.connections.size, two.connections.size], [1, 1]);
});

Deno.test("one server's fallback may be another's handler", async () => {
  using _time = fakeTime();
  const { server: one } = serve({ prefix: "/one" });
  const { server: two } = serve({ prefix: "/two", fallback: one.handler });
  assertEquals(await new PollingClient(two, "session", "/one").poll(), "o");
  assertEquals((await get(two, "/three")).status, 404);
});

Deno.test("connections are those that are open, and none at the end", async () => {
  using time = fakeTime();
  const { server } = serve();
  assertEquals([server.connections.size, [...server.connections]], [0, []]);
  const one = await connect(server, "one");
  const two = await connect(server, "two");
  assertEquals(server.connections.size, 2);
  assertEquals([...server.connections].includes(one.connection), true);
  one.connection.close();
  await one.client.poll();
  assertEquals([...server.connections], [two.connection]);
  await pass(time, 5000);
  assertEquals(server.connections.size, 0);
});

Deno.test("broadcast reaches every open connection, raw websockets without framing", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { client } = await connect(server);
  const framed = await connectSocket(server, runtime);
  const raw = await connectSocket(server, runtime, "/echo/websocket");
  const closing = await connect(server, "closing");
  closing.connection.close();
  server.broadcast("<\u2028>");
  await microtasks();
  assertEquals(await client.poll(), 'a["<\\u2028>"]');
  assertEquals(framed.socket.sent, ["o", 'a["<\\u2028>"]']);
  assertEquals(raw.socket.sent, ["<\u2028>"]);
  assertEquals(await closing.client.poll(), 'c[1000,"Normal closure"]');
});

Deno.test("broadcast of anything but a string is a TypeError", () => {
  const { server } = serve();
  for (const message of [undefined, null, 1, {}]) {
    assertThrows(() => server.broadcast(message as never), TypeError, "Cannot broadcast");
  }
});

Deno.test("a broadcast above the limit is a RangeError, and is not sent", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve({ maxBufferedBytes: 10_000 }));
  const framed = await connectSocket(server, runtime);
  const raw = await connectSocket(server, runtime, "/echo/websocket");
  // Quotes take twice as much in frames.
  for (const message of ["x".repeat(10_000), "\u20ac".repeat(4000), '"'.repeat(6000)]) {
    assertThrows(() => server.broadcast(message), RangeError, "maxBufferedBytes is 10000");
  }
  await microtasks();
  assertEquals([framed.socket.sent, raw.socket.sent], [["o"], []]);
  // A message that just fits closes no connection.
  server.broadcast("x".repeat(10_000 - 2 - 128));
  await microtasks();
  assertEquals([framed.socket.sent.length, raw.socket.sent.length], [2, 1]);
  assertEquals([framed.connection.readyState, raw.connection.readyState], [1, 1]);
});

/** What info says. */
async function info(server: Server): Promise<Record<string, unknown>> {
  return await (await get(server, "/echo/info")).json();
}

Deno.test("info says that there are websockets only where the runtime has them", async () => {
  assertEquals((await info(serve().server))["websocket"], false);
  const { server } = onRuntime(new FakeRuntime(), () => serve());
  assertEquals((await info(server))["websocket"], true);
  const { server: without } = onRuntime(new FakeRuntime(), () => serve({ websocket: false }));
  assertEquals((await info(without))["websocket"], false);
});

Deno.test("info has origins unless CORS is off, and base_url only where it is given", async () => {
  assertEquals(Object.keys(await info(serve().server)), [
    "websocket",
    "origins",
    "cookie_needed",
    "entropy",
  ]);
  const { server } = serve({ disableCors: true, baseUrl: "https://a/b" });
  const said = await info(server);
  assertEquals(["origins" in said, said["base_url"]], [false, "https://a/b"]);
  const { server: asking } = serve({ baseUrl: () => "https://c" });
  assertEquals((await info(asking))["base_url"], "https://c");
});

Deno.test("entropy is a number of 32 bits, another each time", async () => {
  const { server } = serve();
  const seen = new Set<unknown>();
  for (let i = 0; i < 20; i++) {
    const { entropy } = await info(server);
    assert(Number.isInteger(entropy) && entropy as number >= 0 && entropy as number < 2 ** 32);
    seen.add(entropy);
  }
  assertEquals(seen.size, 20);
});

Deno.test("a websocket that the runtime refuses is a 400, with one line in the log", async () => {
  const runtime = new FakeRuntime();
  runtime.opens = false;
  const { server, log } = onRuntime(runtime, () => serve());
  for (let i = 0; i < 3; i++) {
    const response = await server.handle(handshake("http://host/echo/a/b/websocket"));
    assertEquals(response.status, 400);
  }
  assertEquals(log, ["error No websockets today"]);
});

Deno.test("a runtime without websockets answers handshakes with 400", async () => {
  const { server } = serve();
  const response = await server.handle(handshake("http://host/echo/websocket"));
  assertEquals(response.status, 400);
});

Deno.test("a waiting poll asks the runtime for silence, and takes it back before its response", async () => {
  using time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { client } = await connect(server);
  assertEquals(runtime.requests, []);
  const waiting = client.poll();
  await microtasks();
  assertEquals(runtime.requests, ["silence of 25000"]);
  await pass(time, 25000);
  assertEquals(await waiting, "h");
  assertEquals(runtime.requests, ["silence of 25000", "traffic"]);
});

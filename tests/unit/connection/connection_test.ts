import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, pass, soon } from "../../support/fake_time.ts";
import { closings, connect, PollingClient, serve } from "../../support/polling_client.ts";

Deno.test("a connection's properties show the receiving request it came by", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { connection } = await connect(server);
  assertEquals(connection.protocol, "xhr-polling");
  assertEquals(connection.url, "/echo/server/session/xhr");
  assertEquals(connection.pathname, "/echo/server/session/xhr");
  assertEquals(connection.prefix, "/echo");
  assertEquals(connection.headers, {});
  assertEquals(connection.remoteAddress, undefined);
  assertEquals(connection.remotePort, undefined);
  assertEquals(connection.address, undefined);
  assertEquals(connection.context, undefined);
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("url and headers follow the last receiving request", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { client, connection } = await connect(server);
  assertEquals(connection.headers, {});
  connection.write("x");
  await client.receive({ "User-Agent": "second", "Cookie": "a=1" }, "?t=2");
  assertEquals(connection.url, "/echo/server/session/xhr?t=2");
  assertEquals(connection.pathname, "/echo/server/session/xhr");
  assertEquals(connection.headers, { "user-agent": "second" });
});

Deno.test("a second receiver that gets 2010 leaves url and headers alone", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.receive({}, "?first");
  const refused = await soon(time, client.receive({ "User-Agent": "second" }, "?second"));
  assertEquals(await refused.text(), 'c[2010,"Another connection still open"]\n');
  assertEquals(connection.url, "/echo/server/session/xhr?first");
  assertEquals(connection.headers, {});
});

Deno.test("neither cookie nor authorization reaches the application", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const seen: Record<string, string>[] = [];
  server.on("connection", ({ headers }) => seen.push({ ...headers }));
  const headers = { "Cookie": "a=1", "Authorization": "Basic eA==", "Origin": "http://page" };
  await new PollingClient(server).receive(headers);
  assertEquals(seen, [{ origin: "http://page" }]);
});

Deno.test("the prefix is what a pattern matched", async () => {
  using _time = fakeTime();
  const { server } = serve({ prefix: "/(a|b)/v[0-9]" });
  const { connection } = await connect(server, "session", "/b/v7");
  assertEquals(connection.prefix, "/b/v7");
});

Deno.test("addresses are those that the runtime reports", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  runtime.endsOfAll = {
    remote: { address: "10.0.0.1", port: 1234 },
    local: { address: "10.0.0.2", port: 80 },
  };
  const { server } = onRuntime(runtime, () => serve());
  for (const { connection } of [await connect(server), await connectSocket(server, runtime)]) {
    assertEquals(connection.remoteAddress, "10.0.0.1");
    assertEquals(connection.remotePort, 1234);
    assertEquals(connection.address, { address: "10.0.0.2", port: 80 });
  }
});

Deno.test("each transport has its name", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection: framed } = await connectSocket(server, runtime);
  const { connection: raw } = await connectSocket(server, runtime, "/echo/websocket");
  assertEquals([framed.protocol, raw.protocol], ["websocket", "websocket-raw"]);
});

Deno.test("an id is random, stays the same, and is not the session's from the URL", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { connection: one } = await connect(server, "one");
  const { connection: two } = await connect(server, "two");
  assertNotEquals(one.id, two.id);
  assertEquals(one.id, one.id);
  assert(!one.id.includes("one"));
});

Deno.test("as a string a connection shows its id", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  assertMatch(String(connection), /^<SockJSConnection .+>$/);
  assert(String(connection).includes(connection.id));
});

Deno.test("context holds whatever the application puts there", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  connection.context = { user: 1 };
  assertEquals(connection.context, { user: 1 });
});

Deno.test("readyState, readable and writable go from open over closing to closed", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const state = () => [connection.readyState, connection.readable, connection.writable];
  assertEquals(state(), [1, true, true]);
  connection.close();
  assertEquals(state(), [2, false, false]);
  await client.poll();
  assertEquals(state(), [3, false, false]);
  await pass(time, 60_000);
  assertEquals(state(), [3, false, false]);
});

Deno.test("a connection is open when the application gets it", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const states: number[] = [];
  server.on("connection", ({ readyState }) => states.push(readyState));
  await connect(server);
  assertEquals(states, [1]);
});

Deno.test("properties stay readable after the end", async () => {
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  const seen = closings(connection);
  await pass(time, 5000);
  assertEquals(seen, ["1006 Connection timed out, not clean"]);
  assertEquals([connection.url, connection.bufferedAmount], ["/echo/server/session/xhr", 0]);
});

import { assertEquals, assertThrows } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import {
  connectSocket,
  FakeRuntime,
  type FakeSocket,
  handshake,
  onRuntime,
} from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass, standStill } from "../../support/fake_time.ts";
import { closings, connect, PollingClient, serve } from "../../support/polling_client.ts";

const down = `c[1001,"Server is shutting down"]`;

/** A server with websockets that can be closed. */
function start(options: ServerOptions = {}) {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve(options));
  let isOver = false;
  const close = (options?: Parameters<typeof server.close>[0]) => {
    server.close(options).then(() => isOver = true);
  };
  return { runtime, server, close, isOver: () => isOver };
}

Deno.test("without sessions, closing is over at once and leaves no timer", async () => {
  using time = fakeTime();
  const { close, isOver } = start();
  close();
  await microtasks();
  assertEquals([isOver(), time.next()], [true, false]);
});

Deno.test("a closing server answers new sessions and info with 503, and greets", async () => {
  using _time = fakeTime();
  const { server, close } = start();
  close();
  const client = new PollingClient(server, "new");
  assertEquals((await client.receive()).status, 503);
  const ask = async (path: string) =>
    (await server.handle(new Request(`http://host${path}`))).status;
  assertEquals([await ask("/echo/info"), await ask("/echo")], [503, 200]);
  const upgrade = await server.handle(handshake("http://host/echo/a/b/websocket"));
  assertEquals([upgrade.status, await upgrade.text()], [503, "Server is shutting down"]);
});

Deno.test("a draining server answers info with 503, and sessions, old and new, go on", async () => {
  using _time = fakeTime();
  const { server, runtime } = start();
  const old = await connect(server, "old");
  assertEquals(server.draining, false);
  server.drain();
  server.drain();
  assertEquals(server.draining, true);

  const ask = (method: string) =>
    server.handle(
      new Request("http://host/echo/info", { method, headers: { Origin: "http://page" } }),
    );
  const got = await ask("GET");
  assertEquals([got.status, await got.text()], [503, "Server is draining"]);
  assertEquals(got.headers.get("Access-Control-Allow-Origin"), "http://page");
  const head = await ask("HEAD");
  assertEquals([head.status, await head.text()], [503, ""]);
  assertEquals((await ask("OPTIONS")).status, 204);
  for (const path of ["/echo", "/echo/iframe.html"]) {
    assertEquals((await server.handle(new Request(`http://host${path}`))).status, 200, path);
  }

  old.connection.write("to the old");
  assertEquals(await old.client.poll(), 'a["to the old"]');
  const { client, connection } = await connect(server, "new");
  assertEquals(await client.send("hello"), 204);
  connection.write("to the new");
  assertEquals(await client.poll(), 'a["to the new"]');
  const { socket } = await connectSocket(server, runtime);
  assertEquals(socket.sent, ["o"]);
});

Deno.test("after drain, close refuses new sessions and ends the open ones", async () => {
  using _time = fakeTime();
  const { server, close } = start();
  const { client } = await connect(server);
  server.drain();
  close();
  assertEquals(await client.poll(), down);
  assertEquals((await new PollingClient(server, "new").receive()).status, 503);
  const info = await server.handle(new Request("http://host/echo/info"));
  assertEquals([info.status, await info.text()], [503, "Server is shutting down"]);
});

Deno.test("a server that closes is draining, unless the options of close are refused", async () => {
  using _time = fakeTime();
  const { server } = start();
  assertThrows(() => server.close({ spread: -1 }), RangeError);
  assertEquals(server.draining, false);
  await server.close();
  assertEquals(server.draining, true);
});

Deno.test("websockets get what was written and the close, and closing waits for their end", async () => {
  using time = fakeTime();
  const { server, runtime, close, isOver } = start();
  const { socket, connection } = await connectSocket(server, runtime);
  const seen = closings(connection);
  connection.write("last");
  close();
  await microtasks();
  assertEquals(socket.sent, ["o", 'a["last"]', down]);
  assertEquals(socket.closings, [{ code: 1001, reason: "Server is shutting down" }]);
  assertEquals([seen.length, isOver()], [1, false]);
  socket.listener.closed(1001, "");
  await microtasks();
  assertEquals([isOver(), time.next()], [true, false]);
});

Deno.test("a websocket that fails does not keep others from their end", async () => {
  using time = fakeTime();
  const { server, runtime, close, isOver } = start({ log: () => {} });
  const fail = () => {
    throw new Error("fails");
  };
  const sockets = [];
  for (let count = 0; count < 3; count++) {
    sockets.push((await connectSocket(server, runtime)).socket);
  }
  const [first, middle, last] = sockets;
  for (const name of ["send", "close", "terminate"] as const) middle![name] = fail;
  close({ timeout: 300 });
  await pass(time, 320);
  assertEquals([first!.sent, last!.sent], [["o", down], ["o", down]]);
  assertEquals([isOver(), server.connections.size, time.next()], [true, 0, false]);
});

Deno.test("websockets that do not reply are cut off after the timeout", async () => {
  using time = fakeTime();
  const { server, runtime, close, isOver } = start();
  const { socket } = await connectSocket(server, runtime);
  close({ timeout: 300 });
  await pass(time, 290);
  assertEquals([socket.closings.length, isOver()], [1, false]);
  await pass(time, 20);
  assertEquals([socket.closings.length, isOver(), time.next()], [2, true, false]);
});

Deno.test("after a stand-still, closing waits for what lies in the sockets", async () => {
  using time = fakeTime();
  const { server, runtime, close, isOver } = start();
  const { socket } = await connectSocket(server, runtime);
  close({ timeout: 300 });
  standStill(2000);
  await pass(time, 300);
  assertEquals([socket.closings.length, isOver()], [1, false]);
  socket.listener.closed(1001, "");
  await microtasks();
  assertEquals([socket.closings.length, isOver(), time.next()], [1, true, false]);
});

Deno.test("polling clients get the close frame, others are cut off, and no session id remains", async () => {
  using time = fakeTime();
  const { server, close, isOver } = start();
  const one = await connect(server, "one");
  const two = await connect(server, "two");
  const seen = closings(two.connection);
  two.connection.write("unread");
  close({ timeout: 300 });
  assertEquals(await one.client.poll(), down);
  assertEquals(await one.client.poll(), down);
  await pass(time, 310);
  assertEquals([isOver(), seen.length, time.next()], [true, 1, false]);
  assertEquals((await one.client.receive()).status, 503);
});

Deno.test("closing in the middle of a poll answers it", async () => {
  using time = fakeTime();
  const { server, close, isOver } = start();
  const { client } = await connect(server);
  const waiting = client.receive();
  close();
  assertEquals(await (await waiting).text(), `${down}\n`);
  await microtasks();
  assertEquals([isOver(), time.next()], [true, false]);
});

Deno.test("the close frames are spread over the time that is asked for", async () => {
  using time = fakeTime();
  const { server, runtime, close } = start();
  const sockets: FakeSocket[] = [];
  for (let i = 0; i < 10; i++) sockets.push((await connectSocket(server, runtime)).socket);
  const closed = () => sockets.filter(({ closings }) => closings.length > 0).length;
  close({ spread: 1000 });
  await pass(time, 500);
  assertEquals(closed(), 5);
  await pass(time, 520);
  assertEquals(closed(), 10);
  for (const { listener } of sockets) listener.closed(1001, "");
  assertEquals(time.next(), false);
});

Deno.test("the first call decides, and all get its promise", async () => {
  using _time = fakeTime();
  const { server, runtime } = start();
  const { socket } = await connectSocket(server, runtime);
  const first = server.close({ code: 3000, reason: "Bye" });
  assertEquals(server.close() === first, true);
  assertEquals(server[Symbol.asyncDispose]() === first, true);
  await microtasks();
  assertEquals(socket.sent.at(-1), `c[3000,"Bye"]`);
  socket.listener.closed(3000, "");
  await first;
});

Deno.test("a websocket that opens during the shutdown is closed, without a connection event", async () => {
  using time = fakeTime();
  const { server, runtime, close } = start();
  let opened = 0;
  server.on("connection", () => opened++);
  const { upgrade } = runtime;
  let open = () => {};
  Object.assign(runtime, {
    upgrade: (...[listener, warnOnce]: Parameters<typeof upgrade>) => {
      open = () => upgrade(listener, warnOnce);
      return new Response("upgraded");
    },
  });
  await server.handle(handshake("http://host/echo/a/b/websocket"));
  close();
  open();
  await microtasks();
  assertEquals([runtime.sockets[0]!.sent, opened], [["o", down], 0]);
  runtime.sockets[0]!.listener.closed(1001, "");
  assertEquals(time.next(), false);
});

Deno.test("a session whose authorization comes after the close is refused", async () => {
  using time = fakeTime();
  let allow = (_: boolean) => {};
  const { server, runtime, close } = start({
    authorize: () => new Promise<boolean>((resolve) => allow = resolve),
  });
  for (
    const request of [
      handshake("http://host/echo/a/b/websocket"),
      new Request("http://host/echo/a/b/xhr", { method: "POST" }),
    ]
  ) {
    const response = server.handle(request);
    close();
    allow(true);
    assertEquals((await response).status, 503);
  }
  assertEquals([runtime.sockets.length, time.next()], [0, false]);
});

Deno.test("times and codes that cannot be meant are refused, and close nothing", () => {
  const { server } = start();
  for (const time of [-1, NaN, Infinity, 2 ** 31, null as never, "10" as never]) {
    assertThrows(() => server.close({ timeout: time }), RangeError, "timeout must be");
    assertThrows(() => server.close({ spread: time }), RangeError, "spread must be");
  }
  assertThrows(() => server.close({ code: 70_000 }), RangeError);
  assertThrows(() => server.close({ reason: 1 as never }), TypeError);
  return server.close();
});

Deno.test("closing a hundred thousand sessions takes one pass", async () => {
  using time = fakeTime();
  const { server, runtime, close, isOver } = start();
  for (let i = 0; i < 100_000; i++) {
    server.handle(handshake("http://host/echo/a/b/websocket"));
  }
  assertEquals(server.connections.size, 100_000);
  close();
  await microtasks();
  for (const { listener } of runtime.sockets) listener.closed(1001, "");
  await microtasks();
  assertEquals([isOver(), server.connections.size, time.next()], [true, 0, false]);
});

import { assertEquals } from "@std/assert";
import type { ServerOptions } from "../../../../src/options/server_options.ts";
import { inNextTurn } from "../../../../src/event_loop/turns.ts";
import { connectSocket, FakeRuntime, onRuntime } from "../../../support/fake_runtime.ts";
import { fakeTime, microtasks } from "../../../support/fake_time.ts";
import { closings, serve } from "../../../support/polling_client.ts";

const delays = { heartbeatDelay: 1000, heartbeatTimeout: 100 };
const raw = "/echo/websocket";

/** Opens a websocket whose peer answers no pings. */
async function open(path = "/echo/a/b/websocket", options: ServerOptions = {}) {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve({ ...delays, ...options }));
  const { socket, connection } = await connectSocket(server, runtime, path);
  socket.answersPings = false;
  return { server, socket, connection, seen: closings(connection) };
}

const gone = ["1006 Connection timed out, not clean"];

for (const path of ["/echo/a/b/websocket", raw]) {
  Deno.test(`a client that answers no ping is cut off after delay and timeout at ${path}`, async () => {
    using time = fakeTime();
    const { server, socket, seen } = await open(path);
    time.tick(1090);
    assertEquals([socket.pings, seen, socket.closings], [1, [], []]);
    time.tick(20);
    assertEquals([socket.pings, seen], [1, gone]);
    assertEquals(socket.closings.map(({ code }) => code), [1000]);
    assertEquals([server.connections.size, time.next()], [0, false]);
  });

  Deno.test(`a pong, or any message, puts the next ping off by a heartbeat at ${path}`, async () => {
    using time = fakeTime();
    const { socket, seen } = await open(path);
    const signs = [() => socket.listener.pong(), () => socket.listener.message('""')];
    for (const [count, sign] of signs.entries()) {
      time.tick(1050);
      assertEquals(socket.pings, count + 1);
      sign();
    }
    time.tick(990);
    assertEquals([socket.pings, seen], [2, []]);
    time.tick(20);
    assertEquals(socket.pings, 3);
    socket.listener.closed(1000, "");
  });
}

Deno.test("without rawPings, raw websockets get no pings, and others do", async () => {
  using time = fakeTime();
  const options = { rawPings: false };
  const [{ socket: bare, seen }, { socket: framed }] = [
    await open(raw, options),
    await open(undefined, options),
  ];
  time.tick(5000);
  assertEquals([bare.pings, seen, bare.closings], [0, [], []]);
  assertEquals(framed.pings, 1);
  assertEquals([bare.listener.maxSilence, framed.listener.maxSilence], [undefined, 1100]);
  bare.listener.closed(1000, "");
});

Deno.test("a message before the ping does not answer it", async () => {
  using time = fakeTime();
  const { socket, seen } = await open();
  time.tick(990);
  socket.listener.pong();
  socket.listener.message('""');
  time.tick(120);
  assertEquals(seen, gone);
});

Deno.test("a ping that has not left is no reason to cut off; the time runs from when it has", async () => {
  using time = fakeTime();
  const { socket, seen } = await open();
  socket.bufferedAmount = 1;
  time.tick(5000);
  assertEquals([socket.pings, seen], [1, []]);
  socket.bufferedAmount = 0;
  time.tick(100);
  assertEquals(seen, []);
  time.tick(100);
  assertEquals(seen, gone);
});

Deno.test("a ping that takes a turn to leave is not waited for twice", async () => {
  using time = fakeTime();
  const { socket, seen } = await open();
  socket.bufferedAmount = 1;
  time.tick(1000);
  socket.bufferedAmount = 0;
  await new Promise<void>(inNextTurn);
  time.tick(100);
  assertEquals(seen, gone);
});

Deno.test("a client in the middle of a long message is alive", async () => {
  using time = fakeTime();
  const { socket, seen } = await open();
  time.tick(1000);
  for (let parts = 0; parts < 20; parts++) {
    socket.bytesRead += 100;
    time.tick(100);
  }
  assertEquals([socket.pings, seen], [1, []]);
  time.tick(200);
  assertEquals(seen, gone);
});

Deno.test("a paused client does not time out, and has the whole timeout after the pause", async () => {
  using time = fakeTime();
  const { socket, connection, seen } = await open();
  connection.pause();
  socket.listener.message(JSON.stringify("x".repeat(100_000)));
  assertEquals(socket.paused, true);
  time.tick(10_000);
  assertEquals(seen, []);
  connection.on("data", () => {});
  connection.resume();
  await microtasks();
  assertEquals(socket.paused, false);
  time.tick(99);
  assertEquals(seen, []);
  time.tick(200);
  assertEquals(seen, gone);
});

Deno.test("heartbeat frames go out beside pings, unless switched off", async () => {
  using time = fakeTime();
  for (const heartbeatFrames of [true, false]) {
    const { socket } = await open(undefined, { heartbeatFrames });
    time.tick(1000);
    assertEquals(socket.sent, heartbeatFrames ? ["o", "h"] : ["o"]);
    socket.listener.closed(1000, "");
  }
});

Deno.test("where the runtime sees to pings, heartbeats go on for ever", async () => {
  using time = fakeTime();
  const { socket, seen } = await open();
  socket.ping = () => false;
  time.tick(10_500);
  assertEquals([socket.sent.length, seen], [11, []]);
  socket.listener.closed(1006, "");
});

Deno.test("a close while a pong is awaited is a close", async () => {
  using time = fakeTime();
  const { socket, connection, seen } = await open();
  time.tick(1050);
  connection.close(3000, "bye");
  await microtasks();
  time.tick(10_000);
  assertEquals([seen, socket.closings.length], [["3000 bye, clean"], 1]);
});

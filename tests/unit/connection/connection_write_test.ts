import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../../src/connection/connection.ts";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, serve } from "../../support/polling_client.ts";

const highWaterMark = 64 * 1024;
const mebibyte = 1024 * 1024;

Deno.test("messages that are written without a receiver are sent in one frame, in order", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  assertEquals(connection.write("one"), true);
  assertEquals(connection.send("two"), true);
  assertEquals(connection.write(""), true);
  assertEquals(await client.poll(), 'a["one","two",""]');
});

Deno.test("messages that are written in one turn are sent together", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const waiting = client.poll();
  await microtasks();
  connection.write("one");
  connection.write("two");
  assertEquals(await waiting, 'a["one","two"]');
});

Deno.test("what is written when the connection opens follows the open frame", async () => {
  using _time = fakeTime();
  const { server } = serve();
  server.on("connection", (connection) => connection.write("hello"));
  const { client } = await connect(server);
  assertEquals(await client.poll(), 'a["hello"]');
});

const notStrings: unknown[] = [undefined, null, 1, true, {}, ["x"], new Uint8Array(1), Symbol("x")];

Deno.test("anything but a string is a TypeError that names the method", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  for (const value of notStrings) {
    assertThrows(() => connection.write(value as string), TypeError, "Cannot write");
    assertThrows(() => connection.send(value as string), TypeError, "Cannot send");
  }
  assertThrows(() => connection.write(null as never), TypeError, "got null");
  assertEquals([connection.bufferedAmount, connection.readyState], [0, 1]);
});

Deno.test("anything but a string is a TypeError when the connection is closed, too", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  connection.close();
  assertThrows(() => connection.write(1 as never), TypeError);
});

Deno.test("write says false and keeps nothing when the connection is not open", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.close();
  assertEquals(connection.write("late"), false);
  assertEquals(connection.bufferedAmount, 0);
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  assertEquals(connection.write("later"), false);
});

Deno.test("bufferedAmount counts what was written and has not left", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.write("x".repeat(100));
  assert(connection.bufferedAmount >= 100);
  await client.poll();
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("bufferedAmount counts bytes, not characters", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  connection.write("\u4e2d".repeat(100));
  assertEquals(connection.bufferedAmount, 302);
});

Deno.test("bufferedAmount counts what waits in the socket", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  socket.bufferedAmount = 1000;
  assertEquals(connection.bufferedAmount, 1000);
  connection.write("x".repeat(100));
  assert(connection.bufferedAmount >= 1100);
});

/** Writes until that asks to wait. */
function fill(connection: Connection): void {
  assertEquals(connection.write("x".repeat(highWaterMark)), false);
}

Deno.test("write returns false above the high-water mark, and drain follows", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  let drained = 0;
  connection.on("drain", () => drained++);
  fill(connection);
  assertEquals(connection.write("more"), false);
  await microtasks();
  assertEquals(drained, 0);
  await client.poll();
  await nextTurn();
  assertEquals(drained, 1);
  assertEquals(connection.write("more"), true);
});

Deno.test("there is no drain when write never asked to wait", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.on("drain", () => assert(false));
  connection.write("x");
  await client.poll();
  connection.write("x".repeat(1000));
  await client.poll();
});

Deno.test("there is no drain once the connection is closing: no more may be written", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  let drained = 0;
  connection.on("drain", () => drained++);
  fill(connection);
  connection.close();
  await client.poll();
  assertEquals(drained, 0);
});

Deno.test("a congested websocket is spared until it drains, then gets everything in order", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  let drained = 0;
  connection.on("drain", () => drained++);
  socket.bufferedAmount = highWaterMark + 1;
  assertEquals(connection.write("one"), false);
  await microtasks();
  connection.write("two");
  await microtasks();
  assertEquals([socket.sent, drained], [["o"], 0]);
  socket.bufferedAmount = 0;
  socket.listener.drained();
  await nextTurn();
  assertEquals([socket.sent, drained], [["o", 'a["one","two"]'], 1]);
});

Deno.test("an application that writes as long as write allows leaves the event loop time for others", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection } = await connectSocket(server, runtime);
  let writing = true;
  const write = () => writing && fill(connection);
  connection.on("drain", write);
  write();
  // The socket takes all at once; and still this is reached.
  await nextTurn();
  await nextTurn();
  const ready = connection.ready.then(() => connection.writable);
  writing = false;
  await nextTurn();
  assertEquals(await ready, true);
});

function nextTurn(): Promise<void> {
  return new Promise(inNextTurn);
}

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true);
  await microtasks();
  return done;
}

Deno.test("ready is settled unless write has asked to wait", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  assertEquals(await settled(connection.ready), true);
  fill(connection);
  const { ready } = connection;
  assertEquals(await settled(ready), false);
  await client.poll();
  await nextTurn();
  assertEquals(await settled(ready), true);
  assertEquals(await settled(connection.ready), true);
});

Deno.test("ready settles when the connection closes, for whatever reason", async () => {
  const ends: ((connection: Connection, vanish: () => Promise<void>) => unknown)[] = [
    (connection) => connection.close(),
    (_connection, vanish) => vanish(),
  ];
  for (const end of ends) {
    using time = fakeTime();
    const { connection } = await connect(serve().server);
    fill(connection);
    const { ready } = connection;
    await end(connection, () => pass(time, 5000));
    await pass(time, 5000);
    assertEquals(await settled(ready), true);
    assertEquals(await settled(connection.ready), true);
  }
});

Deno.test("a client that is owed more than 16 MiB is closed as a slow consumer", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const seen = closings(connection);
  const chunk = "x".repeat(mebibyte);
  for (let i = 0; i < 15; i++) connection.write(chunk);
  assertEquals(connection.readyState, 1);
  connection.write(chunk);
  assertEquals(connection.readyState, 2);
  assertEquals(connection.write("x"), false);
  // A poll brings little more than a mebibyte.
  const frame = `a["${chunk}"]`;
  for (let i = 0; i < 16; i++) assertEquals(await client.poll() === frame, true);
  assertEquals(await client.poll(), 'c[1008,"Slow consumer"]');
  await pass(time, 0);
  assertEquals(seen, ["1008 Slow consumer, clean"]);
});

Deno.test("the limit of what waits holds below the high-water mark, too", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve({ maxBufferedBytes: 1000 }).server);
  const seen = closings(connection);
  assertEquals(connection.write("x".repeat(900)), true);
  assertEquals(connection.write("x".repeat(100)), false);
  assertEquals(connection.readyState, 2);
  await client.poll();
  assertEquals(await client.poll(), 'c[1008,"Slow consumer"]');
  assertEquals(seen, ["1008 Slow consumer, clean"]);
});

Deno.test("a message that alone is over the limit closes its connection, and is not sent", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve({ maxBufferedBytes: 1000 }));
  for (
    const [path, frames] of [["/echo/a/b/websocket", true], ["/echo/websocket", false]] as const
  ) {
    const { connection, socket } = await connectSocket(server, runtime, path);
    const seen = closings(connection);
    connection.write("before");
    assertEquals(connection.write("x".repeat(1001)), false);
    assertEquals([connection.readyState, connection.write("after")], [2, false]);
    await connection.ready;
    await microtasks();
    const before = frames ? ["o", 'a["before"]', 'c[1008,"Slow consumer"]'] : ["before"];
    assertEquals([socket.sent, seen], [before, ["1008 Slow consumer, clean"]]);
  }
  const { client, connection } = await connect(server);
  connection.write("x".repeat(1001));
  assertEquals(await client.poll(), 'c[1008,"Slow consumer"]');
});

Deno.test("a websocket that never drains is closed as a slow consumer after the delay", async () => {
  using time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  const seen = closings(connection);
  socket.bufferedAmount = 16 * mebibyte;
  connection.write("x");
  await pass(time, 5000);
  assertEquals(socket.closings, [{ code: 1008, reason: "Slow consumer" }]);
  assertEquals(seen, ["1008 Slow consumer, clean"]);
  assertEquals(time.next(), false);
});

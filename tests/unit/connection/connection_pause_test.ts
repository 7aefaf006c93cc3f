import { assertEquals } from "@std/assert";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, serve } from "../../support/polling_client.ts";

const much = "x".repeat(80 * 1024);

Deno.test("a pause with much in the buffer delays responses to sends until it ends", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: number[] = [];
  connection.on("data", ({ length }) => received.push(length));
  connection.pause().pause();
  assertEquals(await client.send("little"), 204);
  const sends = [client.send(much), client.send("more")];
  let answered = 0;
  for (const send of sends) send.then(() => answered++);
  // A send of nothing has nothing to wait for.
  assertEquals(await client.send(), 204);
  await microtasks();
  assertEquals([received, answered], [[], 0]);
  connection.resume();
  assertEquals(await Promise.all(sends), [204, 204]);
  assertEquals(received, [6, much.length, 4]);
  connection.resume();
  connection.pause();
  connection.resume();
  assertEquals(await client.send(much), 204);
});

Deno.test("during a pause one payload may wait, however long, with what came right behind it", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const maxMessageSize = 4 * 1024 * 1024;
  const { server } = onRuntime(runtime, () => serve({ maxMessageSize }));
  for (const path of ["/echo/a/b/websocket", "/echo/websocket"]) {
    const { socket, connection } = await connectSocket(server, runtime, path);
    const received: number[] = [];
    const seen = closings(connection);
    connection.on("data", ({ length }) => received.push(length));
    connection.pause();
    const long = "x".repeat(maxMessageSize - 4);
    for (const text of [long, "x"]) {
      socket.listener.message(path === "/echo/websocket" ? text : JSON.stringify([text]));
    }
    connection.resume();
    await microtasks();
    assertEquals([received, seen], [[long.length, 1], []], path);
    socket.listener.closed(1000, "");
  }
});

Deno.test("sends get their response when a paused connection ends in any way", async () => {
  using time = fakeTime();
  for (const end of ["close", "time-out"]) {
    const { client, connection } = await connect(serve().server, end);
    connection.pause();
    const send = client.send(much);
    await microtasks();
    if (end === "close") connection.close();
    else await pass(time, 5000);
    assertEquals(await send, 204);
  }
});

Deno.test("idle timeouts are suspended for a send that waits, and for no other", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { client, connection } = await connect(server);
  await client.send("x");
  assertEquals(runtime.requests, []);
  connection.pause();
  const send = client.send(much);
  await microtasks();
  assertEquals(runtime.requests, ["silence of Infinity"]);
  connection.resume();
  await send;
  assertEquals(runtime.requests, ["silence of Infinity", "traffic"]);
});

Deno.test("without a pause no send waits, and unread messages close the connection with 1008", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const seen = closings(connection);
  for (let sends = 0; sends < 14; sends++) assertEquals(await client.send(much), 204);
  await client.poll();
  assertEquals(seen, ["1008 Messages are not being read, clean"]);
});

/** An open websocket. */
async function open() {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  return await connectSocket(server, runtime);
}

Deno.test("a pause with much in the buffer stops reading a websocket until the buffer is read", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  connection.on("data", () => {});
  connection.pause();
  socket.listener.message('"little"');
  assertEquals(socket.paused, false);
  socket.listener.message(JSON.stringify(much));
  assertEquals(socket.paused, true);
  connection.resume();
  assertEquals(socket.paused, false);
  socket.listener.closed(1000, "");
});

Deno.test("a reader that takes what a pause keeps lets the websocket go on", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  connection.pause();
  socket.listener.message(JSON.stringify(much));
  assertEquals(socket.paused, true);
  await connection[Symbol.asyncIterator]().next();
  assertEquals(socket.paused, false);
  socket.listener.closed(1000, "");
});

Deno.test("a slow reader lets a websocket wait, until it takes more or leaves", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  const reader = connection[Symbol.asyncIterator]();
  const first = reader.next();
  socket.listener.message(JSON.stringify(["little"]));
  await first;
  socket.listener.message(JSON.stringify(much));
  assertEquals(socket.paused, true);
  await reader.next();
  assertEquals(socket.paused, false);
  socket.listener.message(JSON.stringify(much));
  assertEquals(socket.paused, true);
  await reader.return!();
  assertEquals(socket.paused, false);
  socket.listener.closed(1000, "");
});

Deno.test("a websocket that closes is read again, for the client's close frame", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  connection.pause();
  socket.listener.message(JSON.stringify(much));
  connection.close();
  assertEquals(socket.paused, false);
  socket.listener.message(JSON.stringify(much));
  connection.resume().pause();
  await microtasks();
  assertEquals(socket.paused, false);
  socket.listener.closed(1000, "");
});

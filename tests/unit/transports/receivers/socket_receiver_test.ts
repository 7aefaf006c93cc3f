import { assertEquals } from "@std/assert";
import { connectSocket, FakeRuntime, onRuntime } from "../../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass } from "../../../support/fake_time.ts";
import { serve } from "../../../support/polling_client.ts";

const raw = "/echo/websocket";

/** Opens a websocket, and records what the application receives. */
async function open(path = "/echo/a/b/websocket") {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { socket, connection } = await connectSocket(server, runtime, path);
  const received: unknown[] = [];
  connection.on("data", (message) => received.push(message));
  connection.on("close", ({ code }) => received.push(code));
  return { server, socket, connection, received };
}

Deno.test("a websocket begins with the open frame, a raw one with nothing", async () => {
  using _time = fakeTime();
  assertEquals((await open()).socket.sent, ["o"]);
  assertEquals((await open(raw)).socket.sent, []);
});

Deno.test("text is an array of messages, one message, or nothing", async () => {
  using _time = fakeTime();
  const { socket, received } = await open();
  for (const text of ['["one","two"]', '"three"', "[]", "", '""']) socket.listener.message(text);
  assertEquals(received, ["one", "two", "three", ""]);
});

Deno.test("on a raw websocket every text is a message", async () => {
  using _time = fakeTime();
  const { socket, connection, received } = await open(raw);
  for (const text of ['["one"]', "", "{"]) socket.listener.message(text);
  assertEquals(received, ['["one"]', "", "{"]);
  connection.write("<one>");
  connection.write("\u2028");
  await microtasks();
  assertEquals(socket.sent, ["<one>", "\u2028"]);
});

Deno.test("text that is no payload closes with 3000 and without a frame", async () => {
  using _time = fakeTime();
  for (const text of ["{", "x", "null", "1", "{}", "[1]", '["a"', '[["a"]]']) {
    const { server, socket, connection, received } = await open();
    socket.listener.message(text);
    assertEquals(socket.closings, [{ code: 3000, reason: "Broken framing." }], text);
    assertEquals([socket.sent, received, connection.readyState], [["o"], [3000], 3]);
    assertEquals(server.connections.size, 0);
  }
});

Deno.test("a binary message closes with 1003 and without a frame", async () => {
  using _time = fakeTime();
  for (const path of ["/echo/a/b/websocket", raw]) {
    const { socket, received } = await open(path);
    const before = [...socket.sent];
    socket.listener.message(undefined);
    assertEquals(socket.closings.map(({ code }) => code), [1003]);
    assertEquals([socket.sent, received], [before, [1003]]);
  }
});

Deno.test("a message over the limit closes with 1009", async () => {
  using _time = fakeTime();
  const { socket, received } = await open(raw);
  socket.listener.message("x".repeat(1024 * 1024));
  assertEquals(received.length, 1);
  socket.listener.message("x".repeat(1024 * 1024 + 1));
  assertEquals(socket.closings, [{ code: 1009, reason: "Message too big" }]);
  assertEquals(received[1], 1009);
});

Deno.test("after a refusal nothing is delivered, sent or emitted again", async () => {
  using time = fakeTime();
  const { socket, connection, received } = await open();
  socket.listener.message("{");
  socket.listener.message('["late"]');
  socket.listener.message("{");
  socket.listener.drained();
  assertEquals(connection.write("late"), false);
  connection.close();
  await microtasks();
  socket.listener.closed(3000, "Broken framing.");
  assertEquals([received, socket.closings.length, socket.sent], [[3000], 1, ["o"]]);
  assertEquals(time.next(), false);
});

Deno.test("after the server's close nothing is delivered, sent or emitted again", async () => {
  using time = fakeTime();
  const { socket, connection, received } = await open();
  connection.close();
  await microtasks();
  socket.listener.message('["late"]');
  socket.listener.message("{");
  socket.listener.message(undefined);
  socket.listener.drained();
  socket.listener.closed(1000, "");
  assertEquals([received, socket.closings.length], [[1000], 1]);
  assertEquals(socket.sent, ["o", 'c[1000,"Normal closure"]']);
  assertEquals(time.next(), false);
});

Deno.test("heartbeats go out every 25 seconds, whatever is written; none on raw ones", async () => {
  using time = fakeTime();
  const framed = await open();
  const bare = await open(raw);
  await pass(time, 20_000);
  framed.connection.write("x");
  await pass(time, 5000);
  assertEquals(framed.socket.sent, ["o", 'a["x"]', "h"]);
  await pass(time, 50_000);
  assertEquals(framed.socket.sent.slice(3), ["h", "h"]);
  assertEquals(bare.socket.sent, []);
  for (const { socket } of [framed, bare]) socket.listener.closed(1000, "");
});

Deno.test("a socket that vanishes while messages wait loses them and says 1006 once", async () => {
  using time = fakeTime();
  const { socket, connection, received } = await open();
  socket.bufferedAmount = 100_000;
  connection.write("x");
  connection.close();
  await microtasks();
  socket.listener.closed(1006, "");
  await pass(time, 60_000);
  assertEquals(received, [1006]);
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("what is written in one turn leaves as one frame, each turn's apart", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  connection.write("one");
  connection.write("two");
  await microtasks();
  connection.write("three");
  await microtasks();
  assertEquals(socket.sent, ["o", 'a["one","two"]', 'a["three"]']);
});

Deno.test("a congested raw websocket is sent nothing, then goes on where it stopped", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open(raw);
  socket.bufferedAmount = 64 * 1024 + 1;
  for (const message of ["one", "two"]) connection.write(message);
  connection.close(3000, "bye");
  await microtasks();
  assertEquals([socket.sent, socket.closings], [[], []]);
  socket.bufferedAmount = 0;
  socket.listener.drained();
  assertEquals(socket.sent, ["one", "two"]);
  assertEquals(socket.closings, [{ code: 3000, reason: "bye" }]);
});

Deno.test("a raw websocket that becomes congested keeps the rest and the close for later", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open(raw);
  const half = "x".repeat(40 * 1024);
  socket.send = ({ text }) => {
    socket.sent.push(text);
    socket.bufferedAmount += text.length;
  };
  for (let i = 0; i < 5; i++) connection.write(half);
  connection.close(3000, "bye");
  await microtasks();
  assertEquals([socket.sent.length, socket.closings.length], [2, 0]);
  assertEquals(connection.bufferedAmount, 5 * half.length);
  for (const [sent, closings] of [[4, 0], [5, 1]]) {
    socket.bufferedAmount = 0;
    socket.listener.drained();
    assertEquals([socket.sent.length, socket.closings.length], [sent, closings]);
  }
});

Deno.test("a client that is owed half a million empty messages is closed as a slow consumer", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open(raw);
  socket.bufferedAmount = 64 * 1024 + 1;
  for (let i = 0; i < 2 ** 19; i++) connection.write("");
  assertEquals(connection.readyState, 2);
});

Deno.test("a client is no slow consumer for what may be buffered, but is not", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve({ maxBufferedBytes: 1000 }));
  const { socket, connection } = await connectSocket(server, runtime);
  Object.defineProperty(socket, "bufferedAtMost", { value: 5000 });
  assertEquals([connection.write("x"), connection.readyState], [true, 1]);
  socket.bufferedAmount = 5000;
  assertEquals([connection.write("x"), connection.readyState], [false, 2]);
});

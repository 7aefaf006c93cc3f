import { assertEquals } from "@std/assert";
import { flushAtEndOfTurn, flushSoon } from "../../../src/event_loop/flush_queue.ts";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { fakeTime, microtasks } from "../../support/fake_time.ts";
import { errorsOf, serve } from "../../support/polling_client.ts";

function failed(error: unknown): void {
  throw error;
}

Deno.test("a receiver that fails to flush is notified, and others are flushed", async () => {
  for (const flush of [flushSoon, flushAtEndOfTurn]) {
    const calls: unknown[] = [];
    const failing = () => {
      throw "thrown";
    };
    flush({ flush: failing, failed: (error) => calls.push(error) });
    // This one fails at that, too.
    flush({ flush: failing, failed });
    flush({ flush: () => calls.push("flushed"), failed });
    await microtasks();
    await new Promise<void>(inNextTurn);
    assertEquals(calls, ["thrown", "flushed"]);
  }
});

Deno.test("flushing happens after the present turn's code, in order", async () => {
  const flushed: string[] = [];
  flushSoon({ failed, flush: () => flushed.push("one") });
  flushSoon({ failed, flush: () => flushed.push("two") });
  assertEquals(flushed, []);
  await undefined;
  assertEquals(flushed, ["one", "two"]);
});

Deno.test("a receiver that is added during a flush is flushed too", async () => {
  const flushed: string[] = [];
  const second = { failed, flush: () => flushed.push("second") };
  flushSoon({
    failed,
    flush() {
      flushed.push("first");
      flushSoon(second);
    },
  });
  await undefined;
  assertEquals(flushed, ["first", "second"]);
});

Deno.test("a receiver can be flushed again in a later turn", async () => {
  let flushed = 0;
  const one = { failed, flush: () => flushed++ };
  for (let turn = 1; turn <= 3; turn++) {
    flushSoon(one);
    await undefined;
    assertEquals(flushed, turn);
  }
});

Deno.test("a receiver that waits for arrivals is flushed once, at the end of the turn", async () => {
  const flushed: string[] = [];
  flushAtEndOfTurn({ failed, flush: () => flushed.push("late") });
  flushSoon({ failed, flush: () => flushed.push("soon") });
  await microtasks();
  assertEquals(flushed, ["soon"]);
  await new Promise<void>(inNextTurn);
  assertEquals(flushed, ["soon", "late"]);
});

/** An echo on a socket whose messages arrive with microtasks between them. */
async function echo() {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  connection.on("data", (message) => connection.write(message));
  socket.deliversApart = true;
  return { connection, socket };
}

/** The same, whose client has sent many together for some time; nothing is noted as sent. */
async function busyEcho() {
  const it = await echo();
  for (let turn = 0; turn < 4; turn++) {
    for (let count = 0; count < 16; count++) it.socket.listener.message('"x"');
    await new Promise<void>(inNextTurn);
  }
  it.socket.sent.length = 0;
  return it;
}

Deno.test("a reply is sent before the runtime continues after the message", async () => {
  const { connection, socket } = await echo();
  for (const message of ["1", "2", "3"]) {
    socket.listener.message(`["${message}"]`);
    assertEquals(socket.sent.at(-1), `a["${message}"]`);
  }
  await microtasks();
  assertEquals(socket.sent.length, 4);
  connection.on("data", () => connection.close());
  socket.listener.message('["4"]');
  assertEquals(socket.sent.slice(4), ['a["4"]', 'c[1000,"Normal closure"]']);
});

Deno.test("a reply that is written later in the turn is sent in that turn", async () => {
  const { connection, socket } = await echo();
  connection.removeAllListeners("data");
  connection.on("data", (message) => queueMicrotask(() => connection.write(message)));
  socket.listener.message('"1"');
  await microtasks();
  assertEquals(socket.sent, ["o", 'a["1"]']);
});

Deno.test("replies are sent together to a client whose messages arrive together", async () => {
  const { socket } = await busyEcho();
  for (const message of ["1", "2", "3"]) {
    socket.listener.message(`["${message}"]`);
    await microtasks();
  }
  assertEquals(socket.sent, []);
  await new Promise<void>(inNextTurn);
  assertEquals(socket.sent, ['a["1","2","3"]']);
});

Deno.test("what waits for the end of the turn still leaves before a refusal", async () => {
  const { socket } = await busyEcho();
  socket.listener.message('["1"]');
  assertEquals(socket.sent, []);
  socket.listener.message("garbage");
  assertEquals(socket.sent, ['a["1"]']);
  assertEquals(socket.closings.map(({ code }) => code), [3000]);
});

Deno.test("what is written to a client that has sent nothing leaves at the end of the turn", async () => {
  const { connection, socket } = await echo();
  connection.write("1");
  await microtasks();
  connection.write("2");
  await microtasks();
  assertEquals(socket.sent, ["o"]);
  await new Promise<void>(inNextTurn);
  assertEquals(socket.sent, ["o", 'a["1","2"]']);
});

Deno.test("written messages are sent before a closing socket, where the runtime reports it", async () => {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  connection.write("1");
  socket.listener.closing();
  assertEquals(socket.sent, ["o", 'a["1"]']);
});

Deno.test("all of it leaves before the socket closes, where the client is slow, too", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  socket.bufferedAmount = 65 * 1024;
  const long = "x".repeat(200 * 1024);
  for (let at = 0; at < 10; at++) connection.write(`${at} ${long}`);
  await microtasks();
  assertEquals(socket.sent, ["o"]);
  socket.listener.closing();
  const messages = socket.sent.slice(1).flatMap((frame) => JSON.parse(frame.slice(1)) as string[]);
  assertEquals(messages.map((message) => parseInt(message)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("an odd error during delivery stops no other connection", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  connection.on("drain", () => {
    throw Object.create(null);
  });
  const other = await connectSocket(server, runtime);
  socket.bufferedAmount = 65 * 1024;
  connection.write("x");
  await microtasks();
  socket.bufferedAmount = 0;
  connection.write("y");
  other.connection.write("z");
  await microtasks();
  assertEquals(other.socket.sent, ["o", 'a["z"]']);
});

Deno.test("a connection that cannot be written to is closed with 1011 and reported, and no other is", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const errors = errorsOf(server);
  const { connection, socket } = await connectSocket(server, runtime);
  const other = await connectSocket(server, runtime);
  const closes: unknown[] = [];
  connection.on("close", ({ code }) => closes.push(code));
  socket.send = () => {
    throw "the socket is broken";
  };
  connection.write("x");
  other.connection.write("y");
  await microtasks();
  assertEquals(errors, ["the socket is broken"]);
  assertEquals([closes, socket.closings.map(({ code }) => code)], [[1011], [1011]]);
  assertEquals(other.socket.sent, ["o", 'a["y"]']);
});

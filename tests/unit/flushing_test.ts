import { assertEquals } from "@std/assert";
import { flushAfterArrivals, flushSoon } from "../../src/flushing.ts";
import { connectSocket, FakeRuntime, onRuntime } from "./fake_runtime.ts";
import { inNextTurn } from "../../src/turns.ts";
import { fakeTime, microtasks } from "./fake_time.ts";
import { serve } from "./polling_client.ts";

function failed(error: unknown): void {
  throw error;
}

Deno.test("who fails to flush is told of it, and keeps nobody else from it", async () => {
  for (const flush of [flushSoon, flushAfterArrivals]) {
    const told: unknown[] = [];
    const failing = () => {
      throw "thrown";
    };
    flush({ flush: failing, failed: (error) => told.push(error) });
    // This one fails at that, too.
    flush({ flush: failing, failed });
    flush({ flush: () => told.push("flushed"), failed });
    await microtasks();
    await new Promise<void>(inNextTurn);
    assertEquals(told, ["thrown", "flushed"]);
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

Deno.test("who joins while others are flushed is flushed with them", async () => {
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

Deno.test("who was flushed can be flushed again in a later turn", async () => {
  let flushed = 0;
  const one = { failed, flush: () => flushed++ };
  for (let turn = 1; turn <= 3; turn++) {
    flushSoon(one);
    await undefined;
    assertEquals(flushed, turn);
  }
});

Deno.test("who waits for arrivals is flushed at the end of the turn, once", async () => {
  const flushed: string[] = [];
  flushAfterArrivals({ failed, flush: () => flushed.push("late") });
  flushSoon({ failed, flush: () => flushed.push("soon") });
  await microtasks();
  assertEquals(flushed, ["soon"]);
  await new Promise<void>(inNextTurn);
  assertEquals(flushed, ["soon", "late"]);
});

Deno.test("answers leave together to messages that come one by one in a turn", async () => {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  connection.on("data", (message) => connection.write(message));
  socket.deliversApart = true;
  for (const message of ["1", "2", "3"]) {
    socket.listener.message(`["${message}"]`);
    await microtasks();
  }
  assertEquals(socket.sent, ["o"]);
  await new Promise<void>(inNextTurn);
  assertEquals(socket.sent, ["o", 'a["1","2","3"]']);
  connection.close();
  await microtasks();
  await new Promise<void>(inNextTurn);
});

Deno.test("what waits for the end of the turn still leaves before a refusal", async () => {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  connection.on("data", (message) => connection.write(message));
  socket.deliversApart = true;
  socket.listener.message('["1"]');
  socket.listener.message("garbage");
  assertEquals(socket.sent, ["o", 'a["1"]']);
  assertEquals(socket.closings.map(({ code }) => code), [3000]);
});

Deno.test("an odd error while messages are handed on stops no other connection", async () => {
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

Deno.test("a connection that cannot be written to is closed with 1011 and told of, and no other", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const errors: unknown[] = [];
  server.on("error", (error) => errors.push(error));
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

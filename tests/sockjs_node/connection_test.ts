import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { PassThrough, Stream } from "node:stream";
import { Connection } from "../../src/adapters/sockjs_node/stream_connection.ts";
import { inNextTurn } from "../../src/event_loop/turns.ts";
import { fakeTime, microtasks, pass } from "../support/fake_time.ts";
import { connect as connectTo, serve } from "../support/polling_client.ts";

/** A client, its connection, and all that the connection fires. */
async function connect() {
  const { client, connection: inner } = await connectTo(serve().server);
  const failures: unknown[] = [];
  const connection = new Connection(inner, { failed: (error) => failures.push(error) });
  const recorded: string[] = [];
  connection.on("data", (message) => recorded.push(`data ${message}`));
  connection.on("end", () => recorded.push("end"));
  connection.on("close", ({ code, reason }) => recorded.push(`close ${code} ${reason}`));
  return { client, connection, failures, recorded };
}

Deno.test("a connection is a stream of Node's", async () => {
  using _time = fakeTime();
  const { connection } = await connect();
  assertEquals(connection instanceof Stream, true);
  assertEquals(`${connection}`, `<SockJSConnection ${connection.id}>`);
});

Deno.test("a connection shows what its client's last receiving request was", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect();
  await client.receive({ "X-Real-IP": "192.0.2.1", "Cookie": "a=b" }, "?t=1");
  assertEquals(connection.url, "/echo/server/session/xhr?t=1");
  assertEquals(connection.pathname, "/echo/server/session/xhr");
  assertEquals(connection.prefix, "/echo");
  assertEquals(connection.protocol, "xhr-polling");
  assertEquals(connection.headers, { "x-real-ip": "192.0.2.1" });
  assertEquals(connection.readyState, 1);
});

Deno.test("whatever is written is sent as a string", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect();
  const values = [5, 0, NaN, true, undefined, null, "", {}, [1, [2]], Buffer.from("hé")];
  for (const value of values) assertEquals(connection.write(value), true, `${value}`);
  assertEquals(connection.send({ valueOf: () => 7, toString: () => "not this" }), true);
  assertEquals(
    await client.poll(),
    `a["5","0","NaN","true","undefined","null","","[object Object]","1,2","hé","7"]`,
  );
  assertThrows(() => connection.write(Symbol()), TypeError);
});

Deno.test("what is written to a connection that is not open is refused, not thrown", async () => {
  using _time = fakeTime();
  const { connection } = await connect();
  assertEquals([connection.readable, connection.writable], [true, true]);
  connection.close();
  assertEquals(connection.write("late"), false);
  assertEquals([connection.readable, connection.writable], [false, false]);
});

Deno.test("close converts its arguments to a number and a string, and ignores null", async () => {
  const frames = {
    'c[1000,"Normal closure"]': [],
    'c[3000,"Normal closure"]': [3000],
    'c[3001,"5"]': ["3001", 5],
    'c[1000,"why"]': [null, "why"],
    'c[1000,""]': [1000, ""],
  };
  for (const [frame, [code, reason]] of Object.entries(frames)) {
    using _time = fakeTime();
    const { client, connection } = await connect();
    assertEquals(connection.close(code, reason), true);
    assertEquals(connection.close(code, reason), false, "it was not open any more");
    assertEquals(await client.poll(), frame);
  }
});

Deno.test("a close code that is none is refused", async () => {
  using _time = fakeTime();
  const { connection } = await connect();
  assertThrows(() => connection.close("bye"), RangeError, "got NaN");
});

Deno.test("end writes its argument only if that is truthy", async () => {
  for (
    const [message, frame] of [[undefined], [""], [0], [null], ["bye", `a["bye"]`], [5, `a["5"]`]]
  ) {
    using _time = fakeTime();
    const { client, connection } = await connect();
    connection.end(message);
    if (frame !== undefined) assertEquals(await client.poll(), frame);
    assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  }
});

Deno.test("messages without a listener are dropped", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect();
  connection.removeAllListeners("data");
  for (let i = 0; i < 20; i++) await client.send("x".repeat(100_000));
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  await client.send("heard");
  assertEquals(received, ["heard"]);
  assertEquals(connection.readyState, 1);
});

Deno.test("the event for message has the data, and is it where a string is wanted", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect();
  const received: string[] = [];
  connection.on("message", (event) => {
    received.push(event.data);
    connection.write(event);
  });
  await client.send("one");
  assertEquals(received, ["one"]);
  assertEquals(await client.poll(), `a["one"]`);
});

Deno.test("end is emitted before close, each once, when the client has disconnected", async () => {
  using time = fakeTime();
  const { connection, recorded } = await connect();
  await pass(time, 5000);
  assertEquals(recorded, ["end", "close 1006 Connection timed out"]);
  assertEquals(connection.closed, true);
  await pass(time, 60_000);
  assertEquals(recorded.length, 2);
});

Deno.test("messages, end and close wait for the end of a pause", async () => {
  using time = fakeTime();
  const { client, connection, recorded } = await connect();
  connection.pause();
  await client.send("one", "two");
  await pass(time, 5000);
  assertEquals([connection.readyState, connection.readable, connection.closed], [3, true, false]);
  assertEquals(recorded, []);
  connection.resume();
  await microtasks();
  assertEquals(recorded, ["data one", "data two", "end", "close 1006 Connection timed out"]);
  assertEquals(connection.readable, false);
});

Deno.test("destroy drops buffered messages, and emits close alone", async () => {
  using _time = fakeTime();
  const { client, connection, recorded } = await connect();
  connection.pause();
  await client.send("kept");
  connection.destroy();
  assertEquals([connection.destroyed, connection.readable, connection.writable], [
    true,
    false,
    false,
  ]);
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  await microtasks();
  assertEquals(recorded, ["close 1000 Normal closure"]);
});

Deno.test("a megabyte in a paused connection closes it, and is not lost", async () => {
  using _time = fakeTime();
  const { client, connection, recorded } = await connect();
  connection.pause();
  const message = "x".repeat(100_000);
  // A client that does not wait for answers, which do not come before the end of a pause.
  for (let i = 0; i < 12; i++) client.send(message);
  await microtasks();
  assertEquals(await client.poll(), 'c[1008,"Messages are not being read"]');
  connection.resume();
  await microtasks();
  assertEquals(recorded.filter((one) => one === `data ${message}`).length, 11);
  assertEquals(recorded.slice(11), ["end", "close 1008 Messages are not being read"]);
});

Deno.test("a target that many connections are piped to keeps no listener of theirs", async () => {
  using _time = fakeTime();
  const target = new PassThrough();
  const listeners = () => target.eventNames().map((name) => target.listenerCount(name));
  const before = listeners();
  const { client, connection } = await connect();
  assertEquals(connection.pipe(target, { end: false }) === target, true);
  connection.close();
  await client.poll();
  // What it has written last may still fail in this turn.
  await new Promise<void>(inNextTurn);
  assertEquals(listeners(), before);
});

Deno.test("a listener that throws or rejects is reported, and other listeners are called", async () => {
  using _time = fakeTime();
  const { client, connection, failures, recorded } = await connect();
  const events = ["data", "message", "end", "close"] as const;
  for (const event of events) {
    connection.prependListener(event, () => {
      throw `${event} threw`;
    });
    connection.prependListener(event, () => Promise.reject(`${event} rejected`));
  }
  await client.send("one");
  connection.close();
  await client.poll();
  await microtasks();
  assertEquals(recorded, ["data one", "end", "close 1000 Normal closure"]);
  const expected = events.flatMap((event) => [`${event} threw`, `${event} rejected`]);
  assertEquals(failures.toSorted(), expected.toSorted());
});

Deno.test("while an iterator reads, listeners get no messages", async () => {
  using _time = fakeTime();
  const { client, connection, recorded } = await connect();
  const first = connection[Symbol.asyncIterator]().next();
  await client.send("one");
  assertEquals(await first, { done: false, value: "one" });
  assertEquals(recorded, []);
});

import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { assertEquals } from "@std/assert";
import type { Connection } from "../../../src/connection/connection.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, PollingClient, serve } from "../../support/polling_client.ts";

/** Connects, with that listener for `connection`. */
async function connectWith(listener: (connection: Connection) => unknown) {
  const { server, log } = serve();
  server.on("connection", listener);
  return { ...await connect(server), server, log };
}

Deno.test("data and message get the same messages, in order", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  connection.on("data", (message) => received.push(`data ${message}`));
  connection.on("message", ({ data }) => received.push(`message ${data}`));
  await client.send("one", "");
  assertEquals(received, ["data one", "message one", "data ", "message "]);
});

Deno.test("connection and open pass the same connection", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const received: unknown[] = [];
  server.on("connection", (connection) => received.push("connection", connection));
  server.on("open", (connection) => received.push("open", connection));
  const { connection } = await connect(server);
  assertEquals(received.length, 4);
  assertEquals([received[0], received[2]], ["connection", "open"]);
  assertEquals(received[1] === connection && received[3] === connection, true);
});

Deno.test("the event for message is built only when there are listeners", async () => {
  using _time = fakeTime();
  const { server } = serve();
  for (const event of ["data", "message"] as const) {
    const { client, connection } = await connect(server, event);
    connection.on(event, () => {});
    const calls: string[] = [];
    connection.rawListeners = (event) => {
      calls.push(event);
      return [];
    };
    await client.send("one");
    assertEquals(calls, event === "data" ? ["data"] : ["data", "message"]);
  }
});

Deno.test("messages that arrive before the first listener go to it, in order", async () => {
  using _time = fakeTime();
  for (const event of ["data", "message"] as const) {
    const { client, connection } = await connect(serve().server);
    await client.send("one", "two");
    await client.send("three");
    const received: unknown[] = [];
    connection.on(event, (message) => received.push(message));
    assertEquals(received, [], "called before on() returned");
    await microtasks();
    const all = ["one", "two", "three"];
    assertEquals(received, event === "data" ? all : all.map((data) => ({ data })));
  }
});

Deno.test("a once listener gets one buffered message, the next listener the rest", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("one", "two", "three");
  const received: string[] = [];
  connection.once("data", (message) => received.push(`once ${message}`));
  await microtasks();
  assertEquals(received, ["once one"]);
  connection.on("data", (message) => received.push(message));
  await microtasks();
  assertEquals(received, ["once one", "two", "three"]);
});

Deno.test("a listener gets the buffered messages, however it is added", async () => {
  using _time = fakeTime();
  const ways = ["on", "addListener", "once", "prependListener", "prependOnceListener"] as const;
  for (const way of ways) {
    const { client, connection } = await connect(serve().server);
    await client.send("early");
    const received: string[] = [];
    connection[way]("data", (message) => received.push(message));
    await microtasks();
    assertEquals(received, ["early"], way);
  }
});

Deno.test("an async listener for connection that listens late misses nothing", async () => {
  using time = fakeTime();
  const received: string[] = [];
  const { client } = await connectWith(async (connection) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    connection.on("data", (message) => received.push(message));
    connection.on("close", ({ code }) => received.push(`close ${code}`));
  });
  await client.send("one");
  await pass(time, 500);
  await client.send("two");
  await pass(time, 500);
  await client.send("three");
  await client.breakPoll();
  assertEquals(received, ["one", "two", "three", "close 1002"]);
});

Deno.test("messages are delivered before a later close", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("one");
  await pass(time, 5000);
  assertEquals(connection.readyState, 3);
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  connection.on("close", ({ code }) => received.push(`close ${code}`));
  await microtasks();
  assertEquals(received, ["one", "close 1006"]);
});

Deno.test("unread messages of about a megabyte close the connection with 1008", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const seen = closings(connection);
  const chunk = "x".repeat(128 * 1024);
  for (let i = 0; i < 8; i++) await client.send(chunk);
  assertEquals(connection.readyState, 1);
  await client.send("x");
  assertEquals(connection.readyState, 2);
  assertEquals(await client.poll(), 'c[1008,"Messages are not being read"]');
  assertEquals(seen, ["1008 Messages are not being read, clean"]);
  let received = 0;
  connection.on("data", () => received++);
  await microtasks();
  assertEquals(received, 8);
});

Deno.test("empty messages that are not read count towards the limit", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send(...Array.from({ length: 100_000 }, () => ""));
  assertEquals(connection.readyState, 1);
  await client.send("");
  assertEquals(connection.readyState, 2);
});

Deno.test("messages with a listener never count as unread", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.on("data", () => {});
  const chunk = "x".repeat(512 * 1024);
  for (let i = 0; i < 6; i++) assertEquals(await client.send(chunk), 204);
  assertEquals(connection.readyState, 1);
});

Deno.test("end comes before close, each once", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  connection.on("close", () => received.push("close"));
  connection.on("end", () => received.push("end"));
  connection.close();
  await client.poll();
  await client.poll();
  await pass(time, 60_000);
  assertEquals(received, ["end", "close"]);
});

Deno.test("the first late listener for close or end is called, and no other", async () => {
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  await pass(time, 5000);
  const received: string[] = [];
  connection.on("close", ({ code, wasClean }) => received.push(`close ${code} ${wasClean}`));
  connection.on("end", () => received.push("end"));
  assertEquals(received, [], "called before on() returned");
  await microtasks();
  assertEquals(received.sort(), ["close 1006 false", "end"]);
  connection.on("close", () => received.push("again"));
  connection.on("end", () => received.push("again"));
  await microtasks();
  assertEquals(received.length, 2);
});

const ways: [string, (client: PollingClient, wait: () => Promise<void>) => Promise<unknown>][] = [
  ["1002 Connection interrupted, not clean", (client) => client.breakPoll()],
  ["1006 Connection timed out, not clean", (_client, wait) => wait()],
];

for (const [calls, end] of ways) {
  Deno.test(`close fires exactly once: ${calls}`, async () => {
    using time = fakeTime();
    const { client, connection } = await connect(serve().server);
    const seen = closings(connection);
    await end(client, () => pass(time, 5000));
    connection.close();
    await pass(time, 60_000);
    assertEquals(seen, [calls]);
  });
}

Deno.test("a client that returns after an interruption gets 1002 once", async () => {
  using _time = fakeTime();
  const { client } = await connect(serve().server);
  await client.breakPoll();
  assertEquals(await client.send("late"), 404);
  assertEquals(await client.poll(), 'c[1002,"Connection interrupted"]');
  assertEquals(await client.poll(), "o");
});

Deno.test("removing a listener stops it", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  const listener = (message: string) => received.push(message);
  connection.on("data", listener);
  await client.send("one");
  connection.off("data", listener);
  await client.send("two");
  assertEquals(received, ["one"]);
});

Deno.test("a message right after the first listener is delivered after the buffered ones", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime);
  socket.listener.message('["one","two"]');
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  socket.listener.message('"three"');
  await microtasks();
  assertEquals(received, ["one", "two", "three"]);
});

Deno.test("a paused connection keeps its messages, and delivers them in order when resumed", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  connection.pause().pause();
  await client.send("one", "two");
  assertEquals(received, []);
  connection.resume();
  assertEquals(received, []);
  await client.send("three");
  assertEquals(received, ["one", "two", "three"]);
  connection.resume();
  await client.send("four");
  assertEquals(received, ["one", "two", "three", "four"]);
});

Deno.test("a connection that stays paused is closed after about a megabyte", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.on("data", () => {});
  const seen = closings(connection);
  connection.pause();
  // A client that does not wait for answers, which do not come before the end of a pause.
  for (let i = 0; i < 3; i++) client.send("x".repeat(600 * 1024));
  await client.poll();
  assertEquals(seen.map((each) => each.split(" ")[0]), ["1008"]);
});

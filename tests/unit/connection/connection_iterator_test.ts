import { assertEquals } from "@std/assert";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { connect, serve } from "../../support/polling_client.ts";

/** Reads on, and keeps what it got; `break` after so many. */
async function read(messages: AsyncIterable<string>, into: string[], most = Infinity) {
  for await (const message of messages) {
    into.push(message);
    if (into.length >= most) break;
  }
  into.push("done");
}

Deno.test("a loop reads what came before it and what comes during it, in order", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("one", "two");
  const got: string[] = [];
  read(connection, got);
  await client.send("three");
  await microtasks();
  assertEquals(got, ["one", "two", "three"]);
});

Deno.test("a loop ends after the last message when the connection closes", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const got: string[] = [];
  read(connection, got);
  await client.send("one", "two");
  await pass(time, 5000);
  assertEquals(got, ["one", "two", "done"]);
});

Deno.test("a loop that begins after the close still reads buffered messages", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("one", "two");
  await pass(time, 5000);
  const got: string[] = [];
  await read(connection, got);
  assertEquals(got, ["one", "two", "done"]);
});

Deno.test("break leaves the connection open, and the next loop goes on from there", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("one", "two", "three");
  const first: string[] = [];
  await read(connection, first, 1);
  assertEquals(first, ["one", "done"]);
  assertEquals(connection.readyState, 1);
  const second: string[] = [];
  read(connection, second);
  await client.send("four");
  await microtasks();
  assertEquals(second, ["two", "three", "four"]);
});

Deno.test("after break, a listener for data gets the rest", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("one", "two");
  await read(connection, [], 1);
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  await microtasks();
  await client.send("three");
  assertEquals(received, ["two", "three"]);
});

Deno.test("a loop takes all messages while it reads; then the listeners go on where it stopped", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  const got: string[] = [];
  const loop = read(connection, got, 1);
  await client.send("one", "two");
  await loop;
  await client.send("three");
  await microtasks();
  assertEquals([got, received], [["one", "done"], ["two", "three"]]);
});

Deno.test("two loops share the messages: each goes to one of them", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const [one, two]: string[][] = [[], []];
  read(connection, one!);
  read(connection, two!);
  for (const message of ["1", "2", "3", "4"]) await client.send(message);
  await microtasks();
  assertEquals([...one!, ...two!].sort(), ["1", "2", "3", "4"]);
});

Deno.test("a client that floods a slow loop is closed with 1008, and the loop gets what was buffered", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const messages = connection[Symbol.asyncIterator]();
  const chunk = "x".repeat(256 * 1024);
  const sends = [1, 2, 3, 4, 5].map(() => client.send(chunk));
  await microtasks();
  assertEquals(await client.poll(), 'c[1008,"Messages are not being read"]');
  const got: string[] = [];
  await read(messages, got);
  assertEquals(got.length, 5);
  await Promise.all(sends);
});

Deno.test("several calls of next wait in line", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const messages = connection[Symbol.asyncIterator]();
  const next = [messages.next(), messages.next()];
  await client.send("one");
  await client.send("two");
  assertEquals((await Promise.all(next)).map(({ value }) => value), ["one", "two"]);
});

Deno.test("return settles a next that waits", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  const messages = connection[Symbol.asyncIterator]();
  const next = messages.next();
  await messages.return?.();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(await messages.next(), { done: true, value: undefined });
});

Deno.test("a loop reads all messages of one send, however many", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const got: string[] = [];
  read(connection, got);
  const sent = Array.from({ length: 50_000 }, (_, i) => `${i}`);
  assertEquals(await client.send(...sent), 204);
  while (got.length < sent.length && connection.readyState === 1) await microtasks();
  assertEquals([got, connection.readyState], [sent, 1]);
});

Deno.test("a loop reads a single message above the buffer limit", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve({ maxMessageSize: 2 ** 22 }).server);
  const got: string[] = [];
  read(connection, got);
  const long = "x".repeat(2 ** 21);
  for (const message of [long, "short", long]) {
    assertEquals(await client.send(message), 204);
    await microtasks();
  }
  assertEquals([got.map(({ length }) => length), connection.readyState], [
    [2 ** 21, 5, 2 ** 21],
    1,
  ]);
});

Deno.test("an iterator that is never asked takes nothing from listeners", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const got: string[] = [];
  connection.on("data", (message) => got.push(message));
  const messages = connection[Symbol.asyncIterator]();
  const { readable } = connection.stream();
  readable.getReader().releaseLock();
  readable.values();
  await client.send("one", "two");
  assertEquals(got, ["one", "two"]);
  // From here on it reads.
  const next = messages.next();
  await client.send("three");
  assertEquals(await next, { done: false, value: "three" });
  await messages.return?.();
  await client.send("four");
  assertEquals(got, ["one", "two", "four"]);
});

Deno.test("an iterator that ends before it was asked leaves everything as it was", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const messages = connection[Symbol.asyncIterator]();
  const others = connection[Symbol.asyncIterator]();
  const waiting = others.next();
  await messages.return?.();
  assertEquals(await messages.next(), { done: true, value: undefined });
  const got: string[] = [];
  connection.on("data", (message) => got.push(message));
  // The other one still reads.
  await client.send("one", "two");
  assertEquals([await waiting, got], [{ done: false, value: "one" }, []]);
});

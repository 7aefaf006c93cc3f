import { assertEquals, assertRejects } from "@std/assert";
import { fakeTime, microtasks, pass } from "./fake_time.ts";
import { closings, connect, serve } from "./polling_client.ts";

const tooMuch = "x".repeat(64 * 1024);

/** A destination that can be slow. */
class Sink {
  readonly got: string[] = [];
  slow = false;
  #listeners: { event: string; listener: () => void }[] = [];

  write(message: string): boolean {
    this.got.push(message);
    return !this.slow;
  }

  end(): void {
    this.got.push("end");
  }

  once(event: string, listener: () => void): void {
    this.#listeners.push({ event, listener });
  }

  emit(event: string): void {
    const due = this.#listeners.filter((one) => one.event === event);
    this.#listeners = this.#listeners.filter((one) => one.event !== event);
    for (const { listener } of due) listener();
  }
}

Deno.test("pipe gives its destination back and writes all messages to it", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const sink = new Sink();
  await client.send("early");
  assertEquals(connection.pipe(sink) === sink, true);
  await client.send("one", "two");
  assertEquals(sink.got, ["early", "one", "two"]);
});

Deno.test("a slow destination gets one message each time it drains, in order", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const sink = connection.pipe(new Sink());
  sink.slow = true;
  await client.send("one", "two");
  await client.send("three");
  assertEquals(sink.got, ["one"]);
  sink.emit("drain");
  await microtasks();
  assertEquals(sink.got, ["one", "two"]);
  sink.slow = false;
  sink.emit("drain");
  await microtasks();
  await client.send("four");
  assertEquals(sink.got, ["one", "two", "three", "four"]);
});

Deno.test("a slow destination loses nothing when the connection closes; end comes last", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const seen = closings(connection);
  const sink = connection.pipe(new Sink());
  sink.slow = true;
  await client.send("one", "two", "three");
  await pass(time, 5000);
  assertEquals([seen.length, sink.got], [1, ["one"]]);
  sink.slow = false;
  sink.emit("drain");
  await microtasks();
  assertEquals(sink.got, ["one", "two", "three", "end"]);
});

Deno.test("a destination is ended once, when the connection closes", async () => {
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  const sink = connection.pipe(new Sink());
  await pass(time, 60_000);
  assertEquals(sink.got, ["end"]);
});

Deno.test("a destination that has closed gets no more", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const sink = connection.pipe(new Sink());
  await client.send("one");
  sink.emit("close");
  await microtasks();
  await client.send("two");
  assertEquals(sink.got, ["one"]);
});

Deno.test("a destination that closes while it is slow sets the others free", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const [slow, fast] = [new Sink(), new Sink()];
  connection.pipe(slow);
  connection.pipe(fast);
  slow.slow = true;
  await client.send("one", "two");
  assertEquals([slow.got, fast.got], [["one"], ["one"]]);
  slow.emit("close");
  await microtasks();
  assertEquals([slow.got, fast.got], [["one"], ["one", "two"]]);
});

Deno.test("of two slow destinations none is written to before it has drained", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const sinks = [connection.pipe(new Sink()), connection.pipe(new Sink())];
  for (const sink of sinks) sink.slow = true;
  await client.send("one", "two");
  sinks[0]!.emit("drain");
  await microtasks();
  assertEquals(sinks[1]!.got, ["one"]);
  sinks[1]!.emit("drain");
  await microtasks();
  assertEquals(sinks.map(({ got }) => got), [["one", "two"], ["one", "two"]]);
});

Deno.test("a destination without once is never waited for", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const got: string[] = [];
  connection.pipe({ write: (message: string) => got.push(message) < 0 });
  await client.send("one", "two");
  assertEquals(got, ["one", "two"]);
});

Deno.test("a connection piped to itself is an echo", async () => {
  using _time = fakeTime();
  const { server } = serve();
  server.on("connection", (connection) => connection.pipe(connection));
  const { client } = await connect(server);
  await client.send("one", "two");
  assertEquals(await client.poll(), 'a["one","two"]');
});

Deno.test("the readable stream gives the messages and ends with the connection", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await client.send("early");
  const reader = connection.stream().readable.getReader();
  assertEquals(await reader.read(), { done: false, value: "early" });
  const waiting = reader.read();
  await client.send("one");
  assertEquals(await waiting, { done: false, value: "one" });
  await pass(time, 5000);
  assertEquals((await reader.read()).done, true);
});

Deno.test("cancelling the readable stream closes the connection", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  await connection.stream().readable.cancel();
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
});

Deno.test("the writable stream writes, and waits as long as write asks to", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const writer = connection.stream().writable.getWriter();
  await writer.write("one");
  let written = false;
  const write = writer.write(tooMuch).then(() => written = true);
  await microtasks();
  assertEquals(written, false);
  await client.poll();
  await write;
  assertEquals(written, true);
});

Deno.test("closing or aborting the writable stream closes the connection", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const one = await connect(server, "one");
  const writer = one.connection.stream().writable.getWriter();
  writer.write("last words");
  await writer.close();
  assertEquals(await one.client.poll(), 'a["last words"]');
  assertEquals(await one.client.poll(), 'c[1000,"Normal closure"]');
  const two = await connect(server, "two");
  await two.connection.stream().writable.abort();
  assertEquals(await two.client.poll(), 'c[1000,"Normal closure"]');
});

Deno.test("writing to the stream of a closed connection is an error", async () => {
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  const writer = connection.stream().writable.getWriter();
  await pass(time, 5000);
  const lost = assertRejects(() => writer.closed, Error, "closed");
  await assertRejects(() => writer.write("late"), Error, "Cannot write: the connection is closed");
  await lost;
});

Deno.test("writing anything but a string to the stream is a TypeError", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  const writer = connection.stream().writable.getWriter();
  const lost = assertRejects(() => writer.closed, TypeError);
  await assertRejects(() => writer.write(1 as never), TypeError, "must be a string");
  await lost;
});

Deno.test("a stream piped to itself is an echo that loses nothing under backpressure", async () => {
  using _time = fakeTime();
  const { server } = serve();
  server.on("connection", async (connection) => {
    const { readable, writable } = connection.stream();
    await readable.pipeTo(writable);
  });
  const { client } = await connect(server);
  const sent = Array.from({ length: 12 }, (_, i) => `${i}`.padEnd(20_000, "x"));
  const sending = Promise.all(sent.map((message) => client.send(message)));
  const got: string[] = [];
  while (got.length < sent.length) {
    await microtasks();
    got.push(...JSON.parse((await client.poll()).slice(1)));
  }
  await sending;
  assertEquals(got, sent);
});

Deno.test("a destination that takes no more does not keep messages from others", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.pipe({ writable: false, write: () => false, once: () => {} });
  const heard: string[] = [];
  connection.on("data", (message) => heard.push(message));
  await client.send("one");
  await client.send("two");
  assertEquals(heard, ["one", "two"]);
});

Deno.test("listeners hear as long as nobody reads the readable stream", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.stream();
  const heard: string[] = [];
  connection.on("data", (message) => heard.push(message));
  await client.send("one");
  assertEquals(heard, ["one"]);
});

Deno.test("the writable stream errors when the connection is over", async () => {
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  const writer = connection.stream().writable.getWriter();
  await pass(time, 5000);
  await assertRejects(() => writer.closed, Error, "the connection is closed");
});

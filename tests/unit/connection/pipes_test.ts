import { assertEquals } from "@std/assert";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, errorsOf, serve } from "../../support/polling_client.ts";

/** A destination that can be slow. */
class Sink {
  readonly got: string[] = [];
  slow = false;
  #listeners: { event: string; listener: (error?: unknown) => void }[] = [];

  write(message: string): boolean {
    this.got.push(message);
    return !this.slow;
  }

  end(): void {
    this.got.push("end");
  }

  once(event: string, listener: (error?: unknown) => void): void {
    this.#listeners.push({ event, listener });
  }

  removeListener(event: string, listener: unknown): void {
    this.#listeners = this.#listeners.filter((one) =>
      one.event !== event || one.listener !== listener
    );
  }

  get events(): string[] {
    return this.#listeners.map(({ event }) => event).sort();
  }

  emit(event: string, error?: unknown): void {
    const due = this.#listeners.filter((one) => one.event === event);
    this.#listeners = this.#listeners.filter((one) => one.event !== event);
    for (const { listener } of due) listener(error);
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

Deno.test("a slow destination that closes does not block the others", async () => {
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

Deno.test("a slow destination is not written to before it has drained", async () => {
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

Deno.test("a destination that has ended does not block the others", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.pipe({ writable: false, write: () => false, once: () => {} });
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  await client.send("one");
  await client.send("two");
  assertEquals(received, ["one", "two"]);
});

const turn = () => new Promise<void>(inNextTurn);

/** A stream of Node's `process`, as all runtimes mark them. */
class StandardSink extends Sink {
  readonly _isStdio = true;
}

Deno.test("standard streams, and destinations with end: false, are not ended with a connection", async () => {
  using time = fakeTime();
  const { server } = serve();
  const standard = new StandardSink();
  const openSink = new Sink();
  const one = await connect(server, "one");
  one.connection.pipe(standard);
  one.connection.pipe(openSink, { end: false });
  await one.client.send("one");
  await pass(time, 5000);
  const two = await connect(server, "two");
  two.connection.pipe(standard);
  two.connection.pipe(openSink, { end: false });
  await two.client.send("two");
  assertEquals([standard.got, openSink.got], [["one", "two"], ["one", "two"]]);
});

Deno.test("many pipes into one destination share its listeners, and the last takes them away", async () => {
  using time = fakeTime();
  const { server } = serve();
  const sink = new Sink();
  sink.slow = true;
  for (let i = 0; i < 20; i++) {
    const { client, connection } = await connect(server, `${i}`);
    connection.pipe(sink, { end: false });
    await client.send("x");
  }
  assertEquals([sink.events, sink.got.length], [["close", "drain", "error"], 20]);
  await pass(time, 5000);
  await turn();
  assertEquals(sink.events, []);
});

Deno.test("a destination that errors ends the connections that are piped into it, and no other", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const errors = errorsOf(server);
  const sink = new Sink();
  const one = await connect(server, "one");
  const two = await connect(server, "two");
  const other = await connect(server, "other");
  for (const { connection } of [one, two]) connection.pipe(sink);
  sink.emit("error", new Error("no space"));
  assertEquals([one, two, other].map(({ connection }) => connection.readyState), [2, 2, 1]);
  assertEquals(await one.client.poll(), 'c[1011,"Internal error"]');
  assertEquals(errors.map(String), ["Error: no space", "Error: no space"]);
  sink.emit("error", new Error("write after end"));
  assertEquals(sink.got, []);
});

Deno.test("an error at the end of a destination, which its last connection has ended, ends nothing", async () => {
  using time = fakeTime();
  const { server } = serve();
  const errors = errorsOf(server);
  const sink = new Sink();
  const { connection } = await connect(server);
  connection.pipe(sink);
  await pass(time, 5000);
  await turn();
  assertEquals([sink.got, sink.events.includes("error")], [["end"], true]);
  sink.emit("error", new Error("no space"));
  assertEquals(errors, []);
});

Deno.test("a write or an end that rejects is reported, and ends its connection with 1011", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const errors = errorsOf(server);
  const { client, connection } = await connect(server);
  const seen = closings(connection);
  const fails = (what: string) => () => Promise.reject(new Error(`${what} failed`));
  connection.pipe({ write: fails("write"), end: fails("end") });
  await client.send("x");
  await microtasks();
  assertEquals(await client.poll(), 'c[1011,"Internal error"]');
  await microtasks();
  assertEquals(seen, ["1011 Internal error, clean"]);
  assertEquals(errors.map(String), ["Error: write failed", "Error: end failed"]);
});

Deno.test("a pipe from a connection that has ended holds no listeners on its destination", async () => {
  using time = fakeTime();
  const { server } = serve();
  const errors = errorsOf(server);
  const { client, connection } = await connect(server);
  connection.on("end", () => {});
  connection.close();
  await client.receive();
  await pass(time, 10_000);
  const sink = new Sink();
  connection.pipe(sink, { end: false });
  await microtasks();
  await turn();
  assertEquals([sink.events, sink.got], [[], []]);
  connection.pipe(sink);
  connection.pipe({ write() {}, end: () => Promise.reject(new Error("end failed")) });
  await microtasks();
  assertEquals(sink.got, ["end"]);
  assertEquals(errors.map(String), ["Error: end failed"]);
});

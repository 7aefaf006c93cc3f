import { assertEquals, assertRejects } from "@std/assert";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { connect, errorsOf, serve } from "../../support/polling_client.ts";

const tooMuch = "x".repeat(64 * 1024);

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

Deno.test("listeners get messages until the readable stream is read", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.stream();
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  await client.send("one");
  assertEquals(received, ["one"]);
});

Deno.test("the writable stream errors when the connection is over", async () => {
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  const writer = connection.stream().writable.getWriter();
  await pass(time, 5000);
  await assertRejects(() => writer.closed, Error, "the connection is closed");
});

/** Collects unhandled rejections until `stop`. */
function unheard() {
  const seen: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    seen.push(event.reason);
    event.preventDefault();
  };
  globalThis.addEventListener("unhandledrejection", note);
  return {
    seen,
    [Symbol.dispose]: () => globalThis.removeEventListener("unhandledrejection", note),
  };
}

const turn = () => new Promise<void>(inNextTurn);

for (const clean of [true, false]) {
  Deno.test(`a pipe from a connection to itself resolves after a ${clean ? "clean" : "lost"} end`, async () => {
    using rejections = unheard();
    using time = fakeTime();
    const { client, connection } = await connect(serve().server);
    const { readable, writable } = connection.stream();
    const piped = readable.pipeThrough(
      new TransformStream<string, string>({ flush: (it) => it.enqueue("too late") }),
    ).pipeTo(writable);
    await client.send("one", "two");
    if (clean) {
      connection.close();
      while ((await client.poll())[0] !== "c");
    } else await pass(time, 5000);
    let resolved = false;
    piped.then(() => resolved = true);
    for (let i = 0; i < 5; i++) await turn();
    assertEquals([resolved, rejections.seen], [true, []]);
  });
}

Deno.test("a pipe from a source without end waits for ever once the connection is over", async () => {
  using rejections = unheard();
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  let pulled = 0;
  const pull = (controller: ReadableStreamDefaultController<string>) =>
    controller.enqueue(`${pulled++}`.padEnd(10_000));
  new ReadableStream<string>({ pull }).pipeTo(connection.stream().writable);
  await turn();
  connection.close();
  let before = -1;
  while (pulled > before) {
    before = pulled;
    for (let i = 0; i < 5; i++) await turn();
  }
  assertEquals([pulled < 1100, rejections.seen], [true, []]);
});

Deno.test("a writer that does not look whether a write failed ends nothing", async () => {
  using rejections = unheard();
  using time = fakeTime();
  const { connection } = await connect(serve().server);
  const writer = connection.stream().writable.getWriter();
  await pass(time, 5000);
  writer.write("late");
  for (let i = 0; i < 3; i++) await turn();
  assertEquals(rejections.seen, []);
});

Deno.test("a sink that fails is reported once, and ends its connection with 1011", async () => {
  using rejections = unheard();
  using _time = fakeTime();
  const { server } = serve();
  const errors = errorsOf(server);
  const { client, connection } = await connect(server);
  const fault = new Error("the sink failed");
  const write = () => {
    throw fault;
  };
  const piped = connection.stream().readable.pipeTo(new WritableStream({ write }));
  await client.send("x");
  await assertRejects(() => piped, Error, "the sink failed");
  await turn();
  assertEquals([errors, rejections.seen], [[fault], []]);
  assertEquals(await client.poll(), 'c[1011,"Internal error"]');
});

Deno.test("a pipe that is aborted closes the connection with 1000, and is no error", async () => {
  using rejections = unheard();
  using _time = fakeTime();
  const { server } = serve();
  const errors = errorsOf(server);
  const { client, connection } = await connect(server);
  const abort = new AbortController();
  connection.stream().readable.pipeTo(new WritableStream(), { signal: abort.signal });
  await client.send("x");
  abort.abort();
  await turn();
  assertEquals([errors, rejections.seen], [[], []]);
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
});

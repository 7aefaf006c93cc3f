import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../../../src/connection/connection.ts";
import type { ServerOptions } from "../../../../src/options/server_options.ts";
import type { Sink, SinkListener } from "../../../../src/runtimes/runtime.ts";
import { FakeRuntime, onRuntime } from "../../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass, soon } from "../../../support/fake_time.ts";
import { serve } from "../../../support/polling_client.ts";

const prelude = "h".repeat(2048) + "\n";
const highWaterMark = 64 * 1024;

/** Reads a streaming answer chunk by chunk, when it is told to. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  /** The next chunk; `undefined` at the end. */
  async next(): Promise<string | undefined> {
    const { done, value } = await this.#reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  }

  async rest(): Promise<string[]> {
    const chunks: string[] = [];
    for (let chunk; (chunk = await this.next()) !== undefined;) chunks.push(chunk);
    return chunks;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

/** A server on a runtime that notes silences, and its streaming clients. */
function begin(options: ServerOptions = {}) {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve(options));
  const opened: Connection[] = [];
  server.on("connection", (connection) => opened.push(connection));
  const stream = async () => {
    const url = "http://host/echo/server/session/xhr_streaming";
    return new Stream(await server.handle(new Request(url, { method: "POST" })));
  };
  return { server, runtime, opened, stream };
}

/** Begins a stream and reads what it begins with. */
async function open(options: ServerOptions = {}) {
  const { stream, ...rest } = begin(options);
  const first = await stream();
  assertEquals([await first.next(), await first.next()], [prelude, "o\n"]);
  return { first, stream, ...rest, connection: rest.opened[0]! };
}

Deno.test("prelude and frames are chunks of their own, messages of a turn one frame", async () => {
  using _time = fakeTime();
  const { first, connection } = await open();
  connection.write("one");
  connection.write("two");
  await microtasks();
  connection.write("three");
  assertEquals(await first.next(), 'a["one","two"]\n');
  assertEquals(await first.next(), 'a["three"]\n');
  await first.cancel();
});

Deno.test("a stream ends after the frame with which it reaches its limit, the open frame counted", async () => {
  using _time = fakeTime();
  const frame = 'a["12345"]\n';
  // The open frame and one of these, with their line feeds, are 13 bytes.
  for (const [responseLimit, frames] of [[13, [frame]], [14, [frame, frame]]] as const) {
    const { first, connection } = await open({ responseLimit });
    for (let i = 0; i < 3; i++) {
      connection.write("12345");
      await microtasks();
    }
    assertEquals(await first.rest(), [...frames]);
  }
});

Deno.test("a stream ends with its first frame after so much time, and the next one goes on", async () => {
  using time = fakeTime();
  const options = { responseTimeLimit: 60_000, heartbeatDelay: 25_000 };
  const { first, stream, connection } = await open(options);
  const closes: unknown[] = [];
  connection.on("close", ({ code }) => closes.push(code));
  for (let at = 0; at < 2; at++) {
    await pass(time, 25_000);
    assertEquals(await first.next(), "h\n");
  }
  await pass(time, 25_000);
  connection.write("kept");
  await microtasks();
  assertEquals(await first.rest(), ["h\n"]);
  const second = await stream();
  assertEquals([await second.next(), await second.next()], [prelude, 'a["kept"]\n']);
  for (let at = 0; at < 2; at++) {
    await pass(time, 25_000);
    assertEquals(await second.next(), "h\n");
  }
  await pass(time, 11_000);
  connection.write("the last");
  await microtasks();
  assertEquals(await second.rest(), ['a["the last"]\n']);
  assertEquals(closes, []);
  await pass(time, 5000);
  assertEquals([closes, time.next()], [[1006], false]);
});

Deno.test("unless told, a stream ends after five minutes, and needs no timer for that", async () => {
  using time = fakeTime();
  const { first } = await open({ heartbeatDelay: 100_000 });
  await pass(time, 250_000);
  assertEquals([await first.next(), await first.next()], ["h\n", "h\n"]);
  await pass(time, 50_000);
  assertEquals(await first.rest(), ["h\n"]);
  await pass(time, 5000);
  assertEquals(time.next(), false);
});

Deno.test("the limit counts bytes of UTF-8", async () => {
  using _time = fakeTime();
  const { first, connection } = await open({ responseLimit: 14 });
  connection.write("\u00e9\u00e9\u00e9");
  assertEquals(await first.rest(), ['a["\u00e9\u00e9\u00e9"]\n']);
});

Deno.test("no message is lost or repeated from one stream to the next", async () => {
  using _time = fakeTime();
  const { stream, first, connection } = await open({ responseLimit: 50 });
  const got: string[] = [];
  let [current, streams, written] = [first, 1, 0];
  while (written < 60) {
    for (let i = 0; i < 3; i++) {
      connection.write(`${written++}`);
      if (i === 1) await microtasks();
    }
    while (got.length < written) {
      const chunk = await current.next();
      if (chunk?.startsWith("a")) got.push(...JSON.parse(chunk.slice(1)));
      if (chunk !== undefined) continue;
      current = await stream();
      streams++;
    }
  }
  assertEquals(got, Array.from({ length: written }, (_, i) => `${i}`));
  assert(streams > 5, `${streams} streams`);
});

Deno.test("what a client does not read counts as buffered, until it reads on", async () => {
  using _time = fakeTime();
  const { first, connection } = await open();
  let drained = 0;
  connection.on("drain", () => drained++);
  const large = "x".repeat(highWaterMark);
  assertEquals(connection.write(large), false);
  await microtasks();
  assert(connection.bufferedAmount >= highWaterMark);
  assertEquals([connection.write("more"), drained], [false, 0]);
  assertEquals((await first.next())?.length, large.length + 6);
  assertEquals(await first.next(), 'a["more"]\n');
  await microtasks();
  assertEquals([drained, connection.bufferedAmount], [1, 0]);
  await first.cancel();
});

Deno.test("a client that never reads is closed as a slow consumer", async () => {
  using time = fakeTime();
  const { connection } = await open();
  const seen: number[] = [];
  connection.on("close", ({ code }) => seen.push(code));
  const chunk = "x".repeat(1024 * 1024);
  for (let i = 0; i < 18; i++) {
    connection.write(chunk);
    await microtasks();
  }
  assertEquals(connection.readyState, 2);
  await pass(time, 5000);
  assertEquals(seen, [1008]);
  assertEquals(time.next(), false);
});

Deno.test("a close ends the stream after its frame, and says so to later ones", async () => {
  using _time = fakeTime();
  const { first, connection, stream } = await open();
  connection.write("last words");
  connection.close(3000, "Go away!");
  assertEquals(await first.rest(), ['a["last words"]\n', 'c[3000,"Go away!"]\n']);
  assertEquals(await (await stream()).rest(), [prelude, 'c[3000,"Go away!"]\n']);
});

Deno.test("heartbeats come every heartbeat delay, and the stream goes on", async () => {
  using time = fakeTime();
  const { first, runtime } = await open({ heartbeatDelay: 10_000 });
  for (let i = 0; i < 3; i++) {
    await pass(time, 10_000);
    assertEquals(await first.next(), "h\n");
  }
  assertEquals(runtime.asked, ["silence of 10000"]);
  await first.cancel();
});

Deno.test("a stream that breaks ends its session, with 1002 for whoever comes back", async () => {
  using _time = fakeTime();
  const { first, connection, stream } = await open();
  const seen: number[] = [];
  connection.on("close", ({ code }) => seen.push(code));
  connection.write("x");
  await first.next();
  await first.cancel();
  assertEquals(seen, [1002]);
  const frame = 'c[1002,"Connection interrupted"]\n';
  assertEquals(await (await stream()).rest(), [prelude, frame]);
});

Deno.test("a stream that breaks in its last frame interrupts the session", async () => {
  using _time = fakeTime();
  const { first, stream, connection } = await open({ responseLimit: 100 });
  const closed: number[] = [];
  connection.on("close", ({ code }) => closed.push(code));
  connection.write("x".repeat(100));
  await microtasks();
  assertEquals((await first.next())?.startsWith("a["), true);
  // The frame was taken from us, but nothing says yet that it has left.
  await first.cancel();
  assertEquals(closed, [1002]);
  const second = await stream();
  assertEquals(await second.rest(), [prelude, 'c[1002,"Connection interrupted"]\n']);
});

Deno.test("a stream whose last frame was passed on does not interrupt the session", async () => {
  using _time = fakeTime();
  const { first, stream, connection } = await open({ responseLimit: 100 });
  connection.write("x".repeat(100));
  await microtasks();
  assertEquals((await first.rest()).length, 1);
  assertEquals(connection.readyState, 1);
  connection.write("next");
  const second = await stream();
  assertEquals([await second.next(), await second.next()], [prelude, 'a["next"]\n']);
});

Deno.test("a client has a whole heartbeat delay to take its last frame, from the frame on", async () => {
  using time = fakeTime();
  const { first, connection, stream } = await open({ responseLimit: 100, heartbeatDelay: 1000 });
  await pass(time, 999);
  connection.write("x".repeat(100));
  await microtasks();
  await pass(time, 999);
  assertEquals(connection.readyState, 1);
  assertEquals((await first.rest()).length, 1);
  const second = await stream();
  connection.write("more");
  assertEquals([await second.next(), await second.next()], [prelude, 'a["more"]\n']);
  await second.cancel();
});

Deno.test("a client that leaves its last frame for a whole heartbeat delay is given up", async () => {
  using time = fakeTime();
  const { connection } = await open({ responseLimit: 100, heartbeatDelay: 1000 });
  connection.write("x".repeat(100));
  await pass(time, 1000);
  assertEquals(connection.readyState, 3);
});

/** A sink that notes what it is told. */
class NotedSink implements Sink {
  readonly response = new Response(null);
  bufferedAmount = 0;
  readonly calls: string[] = [];
  listener: SinkListener | undefined;

  write(text: string): number {
    this.calls.push(text === prelude ? "prelude" : text);
    return text.length;
  }

  end(): void {
    this.calls.push("end");
  }

  finish(): void {
    this.calls.push("finish");
  }

  abort(): void {
    this.calls.push("abort");
  }
}

/** A server whose answers go into sinks of the test's. */
function noted(options: ServerOptions) {
  const sinks: NotedSink[] = [];
  const runtime = Object.assign(new FakeRuntime(), {
    stream(_headers: unknown, listener: SinkListener) {
      const sink = new NotedSink();
      sink.listener = listener;
      sinks.push(sink);
      return sink;
    },
  });
  const { server } = onRuntime(runtime, () => serve(options));
  const opened: Connection[] = [];
  server.on("connection", (connection) => opened.push(connection));
  const stream = async () => {
    const url = "http://host/echo/server/session/xhr_streaming";
    await server.handle(new Request(url, { method: "POST" }));
    return sinks.at(-1)!;
  };
  return { server, stream, opened };
}

Deno.test("a close frame with which a stream reaches its limit ends it once, and the server can close", async () => {
  using _time = fakeTime();
  const { server, stream, opened } = noted({ responseLimit: 10 });
  const sink = await stream();
  opened[0]!.close(3000, "Go away!");
  await microtasks();
  assertEquals(sink.calls, ["prelude", "o\n", 'c[3000,"Go away!"]\n', "end"]);
  // It is waited for until all of it has left.
  let closed = false;
  server.close().then(() => (closed = true));
  await microtasks();
  assertEquals(closed, false);
  sink.listener!.ended();
  await microtasks();
  assertEquals(closed, true);
});

Deno.test("a stream that has ended by itself, or broken, is not waited for", async () => {
  for (const over of ["ended", "broken"] as const) {
    using _time = fakeTime();
    const { server, stream, opened } = noted({ responseLimit: 5 });
    const first = await stream();
    opened[0]!.write("x");
    await microtasks();
    assertEquals(first.calls.at(-1), "end");
    first.listener![over]();
    opened[0]!.close();
    (await stream()).listener!.ended();
    await server.close();
  }
});

Deno.test("a second stream that is refused ends once, whatever its limit", async () => {
  using time = fakeTime();
  const { stream } = noted({ responseLimit: 5 });
  await stream();
  assertEquals((await soon(time, stream())).calls, [
    "prelude",
    'c[2010,"Another connection still open"]\n',
    "end",
  ]);
});

Deno.test("a client that goes on taking its last frame is slow, not gone, however long that takes", async () => {
  using time = fakeTime();
  const { stream, opened } = noted({ responseLimit: 5, heartbeatDelay: 1000 });
  const sink = await stream();
  sink.bufferedAmount = 5000;
  opened[0]!.write("x");
  await microtasks();
  assertEquals(sink.calls.at(-1), "end");
  for (let left = 4999; left > 4995; left--) {
    sink.bufferedAmount = left;
    await pass(time, 1000);
    assertEquals([opened[0]!.readyState, sink.calls.at(-1)], [1, "end"]);
  }
  await pass(time, 1000);
  assertEquals([opened[0]!.readyState, sink.calls.at(-1)], [3, "abort"]);
});

Deno.test("so is one that goes on taking what was written before a close, and the close frame", async () => {
  using time = fakeTime();
  const delays = { heartbeatDelay: 2000, heartbeatTimeout: 1000, disconnectDelay: 1000 };
  const { stream, opened } = noted(delays);
  const sink = await stream();
  const [connection] = opened;
  sink.bufferedAmount = 200_000;
  connection!.write("x");
  connection!.close(3000, "Go away!");
  await microtasks();
  for (let left = 199_999; left > 199_995; left--) {
    sink.bufferedAmount = left;
    await pass(time, 1000);
    assertEquals([connection!.readyState, sink.calls.length], [2, 2]);
  }
  sink.bufferedAmount = 60_000;
  sink.listener!.drained();
  assertEquals(sink.calls.slice(-3), ['a["x"]\n', 'c[3000,"Go away!"]\n', "end"]);
  for (let left = 59_999; left > 59_995; left--) {
    sink.bufferedAmount = left;
    await pass(time, 3000);
    assertEquals(sink.calls.at(-1), "end");
  }
  await pass(time, 3000);
  assertEquals(sink.calls.at(-1), "abort");
});

Deno.test("a client that takes nothing before a close is cut off after the disconnect delay", async () => {
  using time = fakeTime();
  const { stream, opened } = noted({ disconnectDelay: 1000 });
  const sink = await stream();
  sink.bufferedAmount = 200_000;
  opened[0]!.write("x");
  opened[0]!.close(3000, "Go away!");
  await pass(time, 1000);
  assertEquals([opened[0]!.readyState, sink.calls.at(-1)], [3, "abort"]);
});

import { assertEquals, assertThrows } from "@std/assert";
import type { SinkListener } from "../../../../src/runtimes/runtime.ts";
import { alreadySent, Exchange } from "../../../../src/runtimes/node/exchange.ts";
import { chunkOf, NodeSink } from "../../../../src/runtimes/node/sink.ts";
import { microtasks } from "../../../support/fake_time.ts";
import { exchange, type FakeRequestInit, FakeResponse, FakeSocket } from "./fake_messages.ts";

/** Notes what it is told. */
class Told implements SinkListener {
  readonly drainThreshold = 1024;
  readonly calls: string[] = [];

  failed(): void {
    this.calls.push("failed");
  }

  drained(): void {
    this.calls.push("drained");
  }

  ended(): void {
    this.calls.push("ended");
  }

  broken(): void {
    this.calls.push("broken");
  }
}

/** A sink, and all who have to do with it. */
function open(asked: FakeRequestInit = {}) {
  const messages = exchange(asked);
  const told = new Told();
  return { ...messages, told, sink: new NodeSink({ "X-A": "1" }, messages.runtime, told) };
}

Deno.test("a sink answers when it has something to send, and sends it chunk by chunk", () => {
  const { sink, res } = open();
  assertEquals(res.calls, []);
  assertEquals(sink.write("\u20ac"), 3);
  assertEquals(sink.write("two"), 3);
  sink.end();
  assertEquals(res.calls, ["head 200", "write \u20ac", "write two", "end"]);
  assertEquals([res.fields, sink.response === alreadySent], [{ "X-A": "1" }, true]);
});

Deno.test("what Node has not sent yet is buffered", () => {
  const { sink, res } = open();
  res.writableLength = 7;
  assertEquals(sink.bufferedAmount, 7);
});

Deno.test("it is told when what Node holds has left, where that is enough to wait for", () => {
  const { sink, res, told } = open();
  sink.write("x".repeat(told.drainThreshold));
  assertEquals(res.written.length, 0);
  res.writableLength = told.drainThreshold;
  sink.write("x");
  res.written[0]!();
  assertEquals(told.calls, ["drained"]);
});

Deno.test("a body that is finished at once says how many bytes it is", () => {
  const { sink, res } = open();
  sink.finish("\u20ac");
  assertEquals(res.calls, ["head 200", "end \u20ac"]);
  assertEquals(res.fields, { "X-A": "1", "Content-Length": "3" });
});

Deno.test("a body that has begun is finished with its last chunk", () => {
  const { sink, res } = open();
  sink.write("one");
  sink.finish("two");
  assertEquals(res.calls, ["head 200", "write one", "end two"]);
});

Deno.test("a chunk has its length in bytes, and a text without bytes is no chunk", () => {
  assertEquals(chunkOf("\u20ac", 3), "3\r\n\u20ac\r\n");
  // It would be the last chunk of the body.
  assertEquals(chunkOf("", 0), "");
});

Deno.test("each drain is told, until the body has ended or broken", () => {
  const { res, told, sink } = open();
  res.emit("drain");
  res.emit("drain");
  assertEquals(told.calls, ["drained", "drained"]);
  sink.end();
  res.leave();
  res.emit("drain");
  assertEquals(told.calls, ["drained", "drained", "ended"]);
});

Deno.test("an end is told when all has left, once, and the close that follows is not", () => {
  const { res, told, sink } = open();
  sink.write("one");
  sink.end();
  assertEquals(told.calls, []);
  res.leave();
  res.emit("close");
  assertEquals(told.calls, ["ended"]);
});

Deno.test("a close before the end is a break, once", () => {
  for (const ended of [false, true]) {
    const { res, told, sink } = open();
    if (ended) sink.end();
    res.emit("close");
    res.leave();
    res.emit("drain");
    assertEquals(told.calls, ["broken"]);
  }
});

Deno.test("nothing is told after a finish or an abort", () => {
  for (const stop of ["finish", "abort"] as const) {
    const { res, told, sink } = open();
    sink.write("one");
    sink[stop]("two");
    res.emit("drain");
    res.emit("close");
    assertEquals(told.calls, []);
    assertEquals(res.calls.at(-1), stop === "abort" ? "destroy" : "end two");
  }
});

Deno.test("a client that had gone before is a break, told only after the sink is there", async () => {
  const socket = new FakeSocket();
  socket.destroyed = true;
  const { told } = open({ socket });
  assertEquals(told.calls, []);
  await microtasks();
  assertEquals(told.calls, ["broken"]);
});

Deno.test("of HTTP/2, a stream that had gone before is a break, and its socket is not asked", async () => {
  for (const destroyed of [true, false]) {
    const socket = new FakeSocket();
    socket.destroyed = !destroyed;
    const { runtime, res } = exchange({ socket });
    res.stream = { destroyed, destroy() {} };
    const told = new Told();
    new NodeSink({}, runtime, told);
    await microtasks();
    assertEquals(told.calls, destroyed ? ["broken"] : []);
  }
});

Deno.test("the body of the request is read and thrown away", () => {
  assertEquals(open({ method: "POST" }).req.readableFlowing, true);
});

/** Ways in which an answer comes to its end. */
const endings = {
  end: ({ sink }: ReturnType<typeof open>) => sink.end(),
  finish: ({ sink }: ReturnType<typeof open>) => sink.finish("x"),
  abort({ sink, res }: ReturnType<typeof open>) {
    sink.abort();
    res.emit("close");
  },
  break: ({ res }: ReturnType<typeof open>) => res.emit("close"),
};
for (const [name, end] of Object.entries(endings)) {
  Deno.test(`a connection's time-out is lifted until its answer comes to its ${name}`, () => {
    const socket = new FakeSocket();
    socket.timeout = 500;
    const opened = open({ socket });
    assertEquals(socket.timeout, 0);
    end(opened);
    assertEquals(socket.timeout, 500);
  });
}

Deno.test("of an answer that waits for another, the end of the connection is a break, once", () => {
  const messages = exchange();
  messages.res.socket = null;
  const told = new Told();
  new NodeSink({}, messages.runtime, told);
  // Node tells only the answer whose turn it is.
  messages.socket.emit("close");
  assertEquals(told.calls, ["broken"]);
  messages.res.emit("close");
  assertEquals(told.calls, ["broken"]);
});

Deno.test("a body ends once, and takes nothing after its end", () => {
  for (const stop of ["end", "finish", "abort"] as const) {
    const { sink, res } = open();
    sink.write("one");
    sink[stop]("two");
    const calls = [...res.calls];
    sink.end();
    sink.finish("three");
    sink.write("four");
    assertEquals(res.calls, calls);
    sink.abort();
    assertEquals(res.calls.at(-1), "destroy");
  }
});

Deno.test("a body whose client has gone takes nothing more", () => {
  const { sink, res } = open();
  res.emit("close");
  assertEquals([sink.write("one"), sink.end(), sink.finish("two")], [3, undefined, undefined]);
  assertEquals(res.calls, []);
});

Deno.test("an error of an answer ends nobody", () => {
  const { res } = exchange();
  assertEquals(res.emit("error", new Error("write after end")), true);
});

/** What others may have put in the place of Node's own. */
const refuse = () => {
  throw new Error("refused");
};

Deno.test("an answer that cannot begin is told to whoever begins it, and leaves the head as it was", () => {
  const { sink, res, told } = open();
  res.writeHead = refuse;
  assertThrows(() => sink.write("one"), Error, "refused");
  assertEquals([res.calls, told.calls], [[], []]);
});

for (const stop of ["write", "end", "finish"] as const) {
  Deno.test(`a ${stop} that others refuse cuts the answer off, and is told apart`, async () => {
    const messages = exchange();
    const reports: unknown[] = [];
    const runtime = new Exchange(messages.req, messages.res, (error) => reports.push(`${error}`));
    const told = new Told();
    const sink = new NodeSink({}, runtime, told);
    sink.write("one");
    Object.assign(messages.res, { write: refuse, end: refuse });
    sink[stop]("two");
    assertEquals([messages.res.calls.at(-1), told.calls], ["destroy", []]);
    await microtasks();
    // Of a finish, nobody wants to hear more.
    assertEquals(told.calls, stop === "finish" ? [] : ["broken"]);
    assertEquals(reports, ["Error: refused"]);
  });
}

Deno.test("without a socket, which others may have taken away, an answer is sent all the same", () => {
  const messages = exchange();
  const req = Object.defineProperty(messages.req, "socket", { value: null });
  const res = new FakeResponse(null);
  const sink = new NodeSink({}, new Exchange(req, res), new Told());
  sink.finish("text");
  assertEquals(res.calls, ["head 200", "end text"]);
});

Deno.test("a long text goes to Node piece by piece, and ends when all of it has left", () => {
  const { sink, res, told } = open();
  const text = "x" + "\u{1f600}".repeat(100_000);
  sink.write("short");
  sink.write(text);
  sink.end();
  const pieces = () => res.calls.slice(2).map((call) => call.slice("write ".length));
  const amounts: number[] = [];
  while (res.calls.at(-1) !== "end") {
    amounts.push(sink.bufferedAmount);
    res.written.shift()!();
  }
  assertEquals(pieces().slice(0, -1).join(""), text);
  assertEquals(amounts, amounts.toSorted((one, other) => other - one));
  assertEquals(pieces().length > 3, true, `${pieces().length} pieces`);
  // None of them breaks a character.
  assertEquals(pieces().every((piece) => piece.isWellFormed()), true);
  res.leave();
  assertEquals(told.calls.at(-1), "ended");
});

Deno.test("of a long text, nothing more is sent after a break or an abort", () => {
  for (const stop of ["abort", "break"] as const) {
    const { sink, res } = open();
    sink.write("x".repeat(1_000_000));
    if (stop === "abort") sink.abort();
    else res.emit("close");
    const { length } = res.calls;
    res.written.shift()!();
    assertEquals([res.calls.length, sink.bufferedAmount], [length, 0]);
  }
});

Deno.test("an answer that is cut off behind another takes the connection with it, which would keep it", () => {
  const { req, socket, runtime } = exchange();
  const res = new FakeResponse(null);
  const sink = new NodeSink({}, new Exchange(req, res), new Told());
  sink.write("x");
  sink.abort();
  assertEquals(socket.destroyed, true);
  // One that has left has no socket either.
  const other = exchange();
  other.res.socket = null;
  other.res.writableFinished = true;
  other.runtime.cutOff();
  assertEquals([other.socket.destroyed, other.res.calls], [false, ["destroy"]]);
  assertEquals(runtime.isGone, true);
});

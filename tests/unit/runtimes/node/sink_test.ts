import { assertEquals, assertThrows } from "@std/assert";
import { PlainResponse } from "../../../../src/http/plain_response.ts";
import type { SinkListener } from "../../../../src/runtimes/runtime.ts";
import { NodeInfo } from "../../../../src/runtimes/node/node_info.ts";
import { alreadySent, NodeSink, respond } from "../../../../src/runtimes/node/sink.ts";
import { microtasks } from "../../../support/fake_time.ts";
import { exchange, type FakeRequestInit, FakeResponse, FakeSocket } from "./fake_messages.ts";

/** What Node is given for a response. */
function given(response: PlainResponse) {
  const { res, info } = exchange();
  respond(response, info);
  return { fields: res.fields, calls: res.calls };
}

/** Records the calls of a sink's listener. */
class RecordingListener implements SinkListener {
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
function open(init: FakeRequestInit = {}) {
  const messages = exchange(init);
  const listener = new RecordingListener();
  return {
    ...messages,
    listener,
    sink: new NodeSink({ "X-A": "1" }, messages.info, listener),
  };
}

Deno.test("a response with a body says how many bytes it is", () => {
  assertEquals(given(new PlainResponse(200, { "X-A": "1" }, "\u20ac")), {
    fields: { "X-A": "1", "Content-Length": "3" },
    calls: ["head 200", "end \u20ac"],
  });
  assertEquals(given(new PlainResponse(404, {}, "")).fields, { "Content-Length": "0" });
});

Deno.test("a response without a body has no bytes, and 204 and 304 do not say so", () => {
  for (const [status, length] of [[405, "0"], [200, "0"], [204, undefined], [304, undefined]]) {
    const { fields, calls } = given(new PlainResponse(Number(status), {}, null));
    assertEquals([fields["Content-Length"], calls], [length, [`head ${status}`, "end"]]);
  }
});

Deno.test("a response to HEAD says how many bytes it would be", () => {
  const { res, info } = exchange({ method: "HEAD" });
  respond(new PlainResponse(200, {}, "text"), info);
  assertEquals(res.fields["Content-Length"], "4");
});

Deno.test("a response that the application has begun is left alone", () => {
  const { res, info } = exchange();
  res.headersSent = true;
  respond(new PlainResponse(200, {}, "text"), info);
  assertEquals(res.calls, []);
});

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

Deno.test("a sink notifies its listener when Node's buffer has drained", () => {
  const { sink, res, listener } = open();
  sink.write("x".repeat(listener.drainThreshold));
  assertEquals(res.written.length, 0);
  res.writableLength = listener.drainThreshold;
  sink.write("x");
  res.written[0]!();
  assertEquals(listener.calls, ["drained"]);
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

Deno.test("each drain is notified, until the body has ended or broken", () => {
  const { res, listener, sink } = open();
  res.emit("drain");
  res.emit("drain");
  assertEquals(listener.calls, ["drained", "drained"]);
  sink.end();
  res.leave();
  res.emit("drain");
  assertEquals(listener.calls, ["drained", "drained", "ended"]);
});

Deno.test("an end is notified once, when everything is sent, and the following close is not", () => {
  const { res, listener, sink } = open();
  sink.write("one");
  sink.end();
  assertEquals(listener.calls, []);
  res.leave();
  res.emit("close");
  assertEquals(listener.calls, ["ended"]);
});

Deno.test("a close before the end is a break, once", () => {
  for (const ended of [false, true]) {
    const { res, listener, sink } = open();
    if (ended) sink.end();
    res.emit("close");
    res.leave();
    res.emit("drain");
    assertEquals(listener.calls, ["broken"]);
  }
});

Deno.test("the listener is not called after a finish or an abort", () => {
  for (const stop of ["finish", "abort"] as const) {
    const { res, listener, sink } = open();
    sink.write("one");
    sink[stop]("two");
    res.emit("drain");
    res.emit("close");
    assertEquals(listener.calls, []);
    assertEquals(res.calls.at(-1), stop === "abort" ? "destroy" : "end two");
  }
});

Deno.test("a client that had disconnected before is a break, notified after the sink is created", async () => {
  const socket = new FakeSocket();
  socket.destroyed = true;
  const { listener } = open({ socket });
  assertEquals(listener.calls, []);
  await microtasks();
  assertEquals(listener.calls, ["broken"]);
});

Deno.test("of HTTP/2, a stream that had gone before is a break, and its socket is not asked", async () => {
  for (const destroyed of [true, false]) {
    const socket = new FakeSocket();
    socket.destroyed = !destroyed;
    const { info, res } = exchange({ socket });
    res.stream = { destroyed, destroy() {} };
    const listener = new RecordingListener();
    new NodeSink({}, info, listener);
    await microtasks();
    assertEquals(listener.calls, destroyed ? ["broken"] : []);
  }
});

Deno.test("the body of the request is read and thrown away", () => {
  assertEquals(open({ method: "POST" }).req.readableFlowing, true);
});

/** Ways in which a response comes to its end. */
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
  Deno.test(`a connection's timeout is lifted until its response comes to its ${name}`, () => {
    const socket = new FakeSocket();
    socket.timeout = 500;
    const opened = open({ socket });
    assertEquals(socket.timeout, 0);
    end(opened);
    assertEquals(socket.timeout, 500);
  });
}

Deno.test("of a response that waits for another, the end of the connection is a break, once", () => {
  const messages = exchange();
  messages.res.socket = null;
  const listener = new RecordingListener();
  new NodeSink({}, messages.info, listener);
  // Node notifies only the response whose turn it is.
  messages.socket.emit("close");
  assertEquals(listener.calls, ["broken"]);
  messages.res.emit("close");
  assertEquals(listener.calls, ["broken"]);
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

Deno.test("an error of a response does not end the process", () => {
  const { res } = exchange();
  assertEquals(res.emit("error", new Error("write after end")), true);
});

/** What others may have put in the place of Node's own. */
const refuse = () => {
  throw new Error("refused");
};

Deno.test("a response that cannot begin throws, and leaves the head unchanged", () => {
  const { sink, res, listener } = open();
  res.writeHead = refuse;
  assertThrows(() => sink.write("one"), Error, "refused");
  assertEquals([res.calls, listener.calls], [[], []]);
});

for (const stop of ["write", "end", "finish"] as const) {
  Deno.test(`a ${stop} that throws aborts the response, and is reported`, async () => {
    const messages = exchange();
    const reports: unknown[] = [];
    const info = new NodeInfo(messages.req, messages.res, (error) => reports.push(`${error}`));
    const listener = new RecordingListener();
    const sink = new NodeSink({}, info, listener);
    sink.write("one");
    Object.assign(messages.res, { write: refuse, end: refuse });
    sink[stop]("two");
    assertEquals([messages.res.calls.at(-1), listener.calls], ["destroy", []]);
    await microtasks();
    // After `finish` there are no more events.
    assertEquals(listener.calls, stop === "finish" ? [] : ["broken"]);
    assertEquals(reports, ["Error: refused"]);
  });
}

Deno.test("a response whose end throws is aborted", () => {
  const { res, info } = exchange();
  res.end = refuse;
  assertThrows(() => respond(new PlainResponse(200, {}, "text"), info), Error, "refused");
  assertEquals(res.calls, ["head 200", "destroy"]);
});

Deno.test("a response is cut off by whatever way is left", () => {
  const { req, res, info, socket } = exchange();
  res.destroy = req.destroy = refuse;
  res.stream = { destroyed: false, destroy: refuse };
  info.cutOff();
  assertEquals(socket.destroyed, true);
  socket.destroy = refuse;
  info.cutOff();
});

Deno.test("without a socket, which others may have taken away, a response is sent all the same", () => {
  const messages = exchange();
  const req = Object.defineProperty(messages.req, "socket", { value: null });
  const res = new FakeResponse(null);
  const sink = new NodeSink({}, new NodeInfo(req, res), new RecordingListener());
  sink.finish("text");
  assertEquals(res.calls, ["head 200", "end text"]);
});

Deno.test("a long text goes to Node piece by piece, and ends when all of it has left", () => {
  const { sink, res, listener } = open();
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
  assertEquals(listener.calls.at(-1), "ended");
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

Deno.test("a response that is cut off behind another takes the connection with it, which would keep it", () => {
  const { req, socket, info } = exchange();
  const res = new FakeResponse(null);
  const sink = new NodeSink({}, new NodeInfo(req, res), new RecordingListener());
  sink.write("x");
  sink.abort();
  assertEquals(socket.destroyed, true);
  // One that has left has no socket either.
  const other = exchange();
  other.res.socket = null;
  other.res.writableFinished = true;
  other.info.cutOff();
  assertEquals([other.socket.destroyed, other.res.calls], [false, ["destroy"]]);
  assertEquals(info.isGone, true);
});

/** What adapters see of a server, and what they bring to it. */

import { assertEquals } from "@std/assert";
import type { PlainResponse } from "../../../src/http/plain_response.ts";
import {
  type RequestRuntime,
  runtimeKey,
  type Sink,
  type SinkListener,
} from "../../../src/runtimes/runtime.ts";
import { fakeTime, microtasks } from "../../support/fake_time.ts";
import { serve } from "../../support/polling_client.ts";

const sent = new Response("sent otherwise");

/** A sink that keeps what it is told. */
class Kept implements Sink {
  readonly response = sent;
  bufferedAmount = 0;
  readonly calls: string[] = [];
  readonly listener: SinkListener;

  constructor(listener: SinkListener) {
    this.listener = listener;
  }

  write(text: string): number {
    this.calls.push(text);
    return text.length;
  }

  end(): void {
    this.calls.push("<end>");
  }

  finish(text: string): void {
    this.calls.push(`${text}<finish>`);
  }

  abort(): void {
    this.calls.push("<abort>");
  }
}

/** A server, and a runtime that comes with the requests to it. */
function serveByInfo() {
  const answers: PlainResponse[] = [];
  const sinks: Kept[] = [];
  const runtime: RequestRuntime = {
    endpoints: () => ({ remote: { address: "192.0.2.1", port: 7 } }),
    respond(answer) {
      answers.push(answer);
      return sent;
    },
    stream(_headers, listener) {
      const sink = new Kept(listener);
      sinks.push(sink);
      return sink;
    },
  };
  const { server, ...rest } = serve();
  const info = { [runtimeKey]: runtime };
  const ask = (path: string, method = "POST") =>
    server.handle(new Request(`http://host/echo${path}`, { method }), info);
  return { server, runtime, answers, sinks, ask, ...rest };
}

Deno.test("a server matches URLs and paths under its prefix, whatever their query", () => {
  const { server } = serve();
  for (const url of ["/echo", "/echo/", "/echo?/x", "http://host/echo/a/b/xhr?c=1"]) {
    assertEquals(server.matches(url), true, url);
  }
  for (const url of ["", "/", "*", "/echofoo", "/?/echo", "http://host/foo/echo", "http://echo"]) {
    assertEquals(server.matches(url), false, url);
  }
});

Deno.test("a runtime that comes with a request sends its answer, whatever that is", async () => {
  using _time = fakeTime();
  const { ask, answers } = serveByInfo();
  for (
    const [path, method, status] of [
      ["", "GET", 200],
      ["/nothing", "GET", 404],
      ["/info", "DELETE", 405],
      ["/0/1/xhr", "POST", 200],
      ["/0/1/xhr_send", "POST", 500],
      ["/0/none/xhr_send", "POST", 404],
    ] as const
  ) {
    assertEquals(await ask(path, method) === sent, true, path);
    assertEquals(answers.at(-1)?.status, status, path);
  }
  assertEquals(answers.length, 6);
});

Deno.test("without websockets in it, info says so", async () => {
  const { ask, answers } = serveByInfo();
  await ask("/info", "GET");
  assertEquals(JSON.parse(answers[0]!.body!).websocket, false);
});

Deno.test("it is asked for the ends of the connection", async () => {
  using _time = fakeTime();
  const { server, ask } = serveByInfo();
  const addresses: unknown[] = [];
  server.on("connection", ({ remoteAddress, remotePort }) => {
    addresses.push(remoteAddress, remotePort);
  });
  await ask("/0/1/xhr");
  assertEquals(addresses, ["192.0.2.1", 7]);
});

Deno.test("a waiting poll is one finished chunk, a stream is written and ended", async () => {
  using _time = fakeTime();
  const { server, ask, sinks } = serveByInfo();
  await ask("/0/1/xhr");
  const [connection] = server.connections;
  await ask("/0/1/xhr");
  connection!.write("one");
  await microtasks();
  assertEquals(sinks[0]?.calls, ['a["one"]\n<finish>']);
  await ask("/0/1/xhr_streaming");
  connection!.write("two");
  connection!.close();
  await microtasks();
  const [prelude, ...frames] = sinks[1]!.calls;
  assertEquals(prelude?.length, 2049);
  assertEquals(frames, ['a["two"]\n', 'c[1000,"Normal closure"]\n', "<end>"]);
});

Deno.test("a sink that is full gets nothing until it has drained; a broken one interrupts", async () => {
  using _time = fakeTime();
  const { server, ask, sinks } = serveByInfo();
  await ask("/0/1/xhr_streaming");
  const [connection] = server.connections;
  const sink = sinks[0]!;
  sink.bufferedAmount = 64 * 1024 + 1;
  assertEquals(connection!.write("one"), false);
  await microtasks();
  assertEquals(sink.calls.slice(1), ["o\n"]);
  sink.bufferedAmount = 0;
  sink.listener.drained();
  assertEquals(sink.calls.slice(2), ['a["one"]\n']);
  sink.listener.broken();
  assertEquals(connection!.readyState, 3);
});

Deno.test("a runtime that cannot send anything is reported, and brings down nobody", async () => {
  const { server, log } = serve();
  const respond = () => {
    throw new Error("No sending today");
  };
  const info = { [runtimeKey]: { endpoints: () => ({}), respond } };
  const response = await server.handle(new Request("http://host/echo"), info);
  assertEquals(response.status, 500);
  assertEquals(log.map((line) => line.split("\n")[0]), ["error Error: No sending today"]);
});

Deno.test("HEAD has the length of the body that GET has, and no body", async () => {
  const { server } = serve();
  for (const path of ["", "/info", "/iframe.html"]) {
    const ask = (method: string) =>
      server.handle(new Request(`http://host/echo${path}`, { method }));
    const [get, head] = [await ask("GET"), await ask("HEAD")];
    const length = (await get.arrayBuffer()).byteLength;
    assertEquals(head.body, null);
    // `entropy` has up to ten digits.
    const announced = Number(head.headers.get("Content-Length"));
    assertEquals(Math.abs(announced - length) < (path === "/info" ? 10 : 1), true, path);
  }
});

Deno.test("a complaint is logged once", () => {
  const { server, log } = serve();
  server.warnOnce("Write it otherwise");
  server.warnOnce("Write it otherwise");
  assertEquals(log, ["error Write it otherwise"]);
});

import { Writable } from "node:stream";
import { assertEquals, assertThrows } from "@std/assert";
import { alreadySent, Exchange } from "../../../../src/runtimes/node/exchange.ts";
import { sendFailure, sendResponse } from "../../../../src/runtimes/node/response.ts";
import type { ServerResponse } from "../../../../src/runtimes/node/types.ts";
import { exchange, FakeIncoming } from "./fake_messages.ts";

/** An answer that is a stream, as Node's own are. */
class StreamingResponse extends Writable {
  readonly heads: [number, unknown][] = [];
  readonly chunks: string[] = [];
  headersSent = false;

  getHeader(): void {}

  removeHeader(): void {}

  writeHead(status: number, fields: unknown): void {
    this.heads.push([status, fields]);
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.chunks.push(new TextDecoder().decode(chunk));
    done();
  }
}

function send(response: Response) {
  const res = new StreamingResponse();
  sendResponse(response, new Exchange(new FakeIncoming(), res as unknown as ServerResponse));
  return res;
}

const closed = (res: Writable) => new Promise((resolve) => res.on("close", resolve));

Deno.test("a response has its status, and its headers as they are", async () => {
  const headers = new Headers({ "X-A": "1" });
  headers.append("X-A", "2");
  headers.append("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
  headers.append("Set-Cookie", "b=2");
  const res = send(new Response("body", { status: 418, headers }));
  await closed(res);
  assertEquals(res.heads, [[418, {
    "content-type": "text/plain;charset=UTF-8",
    "set-cookie": ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"],
    "x-a": "1, 2",
  }]]);
  assertEquals(res.chunks, ["body"]);
});

Deno.test("a response is sent, also where a package has put its own class into the global's place", async () => {
  const { Response } = globalThis;
  const response = new Response("body", { status: 418 });
  globalThis.Response = class extends Response {};
  try {
    const res = send(response);
    await closed(res);
    assertEquals([res.heads[0]?.[0], res.chunks], [418, ["body"]]);
  } finally {
    globalThis.Response = Response;
  }
});

Deno.test("a response without a body ends at once", async () => {
  const res = send(new Response(null, { status: 204 }));
  await closed(res);
  assertEquals([res.heads, res.chunks], [[[204, {}]], []]);
});

Deno.test("the fields of a connection are Node's own, whatever the response says", () => {
  const headers = {
    "Connection": "close",
    "Keep-Alive": "timeout=5",
    "Transfer-Encoding": "chunked",
    "Upgrade": "websocket",
    "X-Upgrade": "1",
  };
  assertEquals(send(new Response(null, { headers })).heads, [[200, { "x-upgrade": "1" }]]);
});

Deno.test("a body is sent chunk by chunk", async () => {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const text of ["one", "two"]) controller.enqueue(encoder.encode(text));
      controller.close();
    },
  });
  const res = send(new Response(body));
  await closed(res);
  assertEquals(res.chunks, ["one", "two"]);
});

Deno.test("a body that breaks off cuts the answer off", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("broken")),
  });
  const res = send(new Response(body));
  await closed(res);
  assertEquals([res.writableFinished, res.destroyed], [false, true]);
});

Deno.test("a body is cancelled when the client goes away", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const res = send(new Response(new ReadableStream({ cancel: () => resolve() })));
  res.destroy();
  await promise;
});

Deno.test("what Node was given already is not sent", () => {
  assertEquals(send(alreadySent).heads, []);
});

Deno.test("a body that somebody reads cannot be sent, and nothing of the answer is", () => {
  const response = new Response("body");
  response.body?.getReader();
  const { res, runtime } = exchange();
  assertThrows(() => sendResponse(response, runtime), Error);
  assertEquals(res.calls, []);
});

Deno.test("what cannot be sent is a 500, or cut off where it has begun", () => {
  for (const [begun, calls] of [[false, ["head 500", "end Internal error"]], [true, ["destroy"]]]) {
    const { res, runtime } = exchange();
    res.headersSent = begun === true;
    sendFailure(runtime);
    assertEquals<unknown>(res.calls, calls);
  }
});

Deno.test("fields that Connection lists are of the connection, too", () => {
  const headers = { "Connection": "close, X-Hop", "X-Hop": "1", "X-A": "1" };
  assertEquals(send(new Response(null, { headers })).heads, [[200, { "x-a": "1" }]]);
});

Deno.test("an answer that others have given meanwhile is left alone, and ours cancelled", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { res, runtime } = exchange();
  res.headersSent = true;
  sendResponse(new Response(new ReadableStream({ cancel: () => resolve() })), runtime);
  await promise;
  assertEquals(res.calls, []);
});

Deno.test("a body of which others refuse a part is cancelled, and the answer cut off", async () => {
  for (const refused of ["write", "end"] as const) {
    const { res, runtime } = exchange();
    res[refused] = () => {
      throw new Error("refused");
    };
    const cutOff = new Promise<void>((resolve) => (res.destroy = resolve));
    sendResponse(new Response("body"), runtime);
    await cutOff;
  }
});

Deno.test("a failure is told by whatever way is left, and never throws", () => {
  const refuse = () => {
    throw new Error("refused");
  };
  for (const method of ["writeHead", "end", "getHeaderNames", "removeHeader"] as const) {
    const { res, runtime } = exchange();
    res.set.set("te", "x");
    res.stream = { destroyed: false, destroy: () => res.calls.push("destroy") };
    res[method] = refuse;
    sendFailure(runtime);
    assertEquals(res.calls.at(-1), "destroy");
  }
});

Deno.test("a failure takes no field of the answer that failed, and leaves one that has ended", () => {
  const { res, runtime } = exchange();
  res.set.set("x-a", "1");
  sendFailure(runtime);
  assertEquals([res.set.size, res.status], [0, 500]);
  sendFailure(runtime);
  assertEquals(res.calls, ["head 500", "end Internal error"]);
});

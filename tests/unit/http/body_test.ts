import { assertEquals, assertRejects } from "@std/assert";
import { readBody, readUpTo } from "../../../src/http/body.ts";

const limit = 10;

function post(body: BodyInit | null, headers: HeadersInit = {}): Request {
  return new Request("http://host/", { method: "POST", body, headers });
}

/** A body in chunks, as clients may send it, that notes whether it was cancelled. */
function chunked(...chunks: Uint8Array<ArrayBuffer>[]) {
  const seen = { cancelled: false, pulled: 0 };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const chunk = chunks[seen.pulled++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel() {
      seen.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { request: post(stream), seen };
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(0x61);
}

Deno.test("a body up to the limit is read, whether announced or not", async () => {
  assertEquals(await readBody(post("a".repeat(10)), limit), "a".repeat(10));
  assertEquals(
    await readBody(post("a".repeat(10), { "Content-Length": "10" }), limit),
    "a".repeat(10),
  );
});

Deno.test("no body and an empty body are empty text", async () => {
  assertEquals(await readBody(post(null), limit), "");
  assertEquals(await readBody(post(""), limit), "");
  assertEquals(await readBody(post(null, { "Content-Length": "0" }), limit), "");
});

Deno.test("a body over the limit is undefined, whether announced or not", async () => {
  assertEquals(await readBody(post("a".repeat(11)), limit), undefined);
  assertEquals(
    await readBody(post("a".repeat(11), { "Content-Length": "11" }), limit),
    undefined,
  );
});

Deno.test("a body announced as too long is not even begun", async () => {
  const request = post("a".repeat(11), { "Content-Length": "11" });
  await readBody(request, limit);
  assertEquals(request.bodyUsed, false);
});

Deno.test("a length that was announced twice is counted, not believed", async () => {
  assertEquals(await readBody(post("a", { "Content-Length": "1, 1" }), limit), "a");
  assertEquals(
    await readBody(post("a".repeat(11), { "Content-Length": "1, 1" }), limit),
    undefined,
  );
});

Deno.test("the limit counts bytes, not characters", async () => {
  assertEquals(await readBody(post("\u00e9".repeat(5)), limit), "\u00e9".repeat(5));
  assertEquals(await readBody(post("\u00e9".repeat(6)), limit), undefined);
});

Deno.test("chunks up to the limit are joined", async () => {
  const { request, seen } = chunked(bytes(4), bytes(0), bytes(6));
  assertEquals(await readBody(request, limit), "a".repeat(10));
  assertEquals(seen.cancelled, false);
});

Deno.test("chunks are read no further than to the one that crosses the limit", async () => {
  const { request, seen } = chunked(bytes(6), bytes(6), bytes(6), bytes(6));
  assertEquals(await readBody(request, limit), undefined);
  assertEquals(seen, { cancelled: true, pulled: 2 });
});

Deno.test("a character that chunks divide is still one character", async () => {
  const whole = new TextEncoder().encode("\u{1f600}\u20ac");
  const chunks = Array.from(whole, (byte) => new Uint8Array([byte]));
  assertEquals(await readBody(chunked(...chunks).request, limit), "\u{1f600}\u20ac");
});

Deno.test("bytes that are no UTF-8 become U+FFFD, at the very end too", async () => {
  assertEquals(await readBody(post(new Uint8Array([0x61, 0xff, 0x62])), limit), "a\ufffdb");
  assertEquals(await readBody(chunked(new Uint8Array([0x61, 0xe2])).request, limit), "a\ufffd");
});

Deno.test("a body that breaks off rejects", async () => {
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error("connection reset"));
    },
  });
  await assertRejects(() => readBody(post(broken), limit), Error, "connection reset");
});

Deno.test("a long body is read, whether announced or not, and however it comes", async () => {
  const length = 100_000;
  const text = "\u20ac".repeat(length / 10) + "a".repeat(length * 7 / 10);
  const whole = new TextEncoder().encode(text);
  for (const headers of [{}, { "Content-Length": `${length}` }]) {
    const requests = [
      post(whole, headers),
      post(new Blob([whole]), headers),
      post(chunksOf(whole, 999), headers),
      post(chunksOf(whole, 50_000), headers),
      post(chunksOf(whole, 999, "bytes"), headers),
      post(chunksOf(whole, 50_000, "bytes"), headers),
    ];
    for (const request of requests) assertEquals(await readBody(request, length) === text, true);
  }
  for (const type of [undefined, "bytes"] as const) {
    assertEquals(await readBody(post(chunksOf(whole, 999, type)), length - 1), undefined);
  }
});

/** A body in parts of that length. */
function chunksOf(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  type?: "bytes",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  const pull = (controller: ReadableStreamController<Uint8Array<ArrayBuffer>>) => {
    if (at < bytes.length) controller.enqueue(bytes.slice(at, at += length));
    else controller.close();
  };
  if (type === undefined) return new ReadableStream({ pull });
  return new ReadableStream({
    type,
    pull(controller) {
      pull(controller);
      // As its rules want it, where memory was lent and there is nothing more.
      if (at >= bytes.length) controller.byobRequest?.respond(0);
    },
  });
}

Deno.test("a stream of bytes is read into memory that it is lent", async () => {
  const lent = new Set<number>();
  let left = 20_000;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      const { byobRequest } = controller;
      if (left-- === 0) {
        controller.close();
        return byobRequest?.respond(0);
      }
      lent.add(byobRequest?.view?.byteLength ?? 0);
      new Uint8Array(byobRequest!.view!.buffer)[0] = 0x61;
      byobRequest!.respond(1);
    },
  });
  assertEquals(await readBody(post(body), 20_000), "a".repeat(20_000));
  assertEquals([...lent], [16 * 1024]);
});

Deno.test("a body in one part that is as long as the limit stays when its memory is used again", async () => {
  let left = limit;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      if (left > 0) controller.enqueue(bytes(left));
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
      left = 0;
    },
  });
  assertEquals(await readBody(post(body), limit), "a".repeat(limit));
});

Deno.test("a request that can read its body by itself is asked to, and else read", async () => {
  const limits: number[] = [];
  for (const own of ["own", undefined]) {
    const request = post("body");
    Object.assign(request, {
      [readUpTo](limit: number) {
        limits.push(limit);
        return own === undefined ? undefined : Promise.resolve(own);
      },
    });
    assertEquals(await readBody(request, limit), own ?? "body");
  }
  assertEquals(limits, [limit, limit]);
});

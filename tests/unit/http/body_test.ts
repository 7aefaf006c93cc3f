import { assertEquals, assertRejects } from "@std/assert";
import { readBody } from "../../../src/http/body.ts";

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

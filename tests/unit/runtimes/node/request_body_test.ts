import { assert, assertEquals, assertRejects } from "@std/assert";
import { bodyOf, readText } from "../../../../src/runtimes/node/request_body.ts";
import { FakeIncoming } from "./fake_messages.ts";

/** A turn of the event loop, in which Node's streams do what they put off. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The text of a body that arrives in these parts. */
function textOf(...parts: (string | Uint8Array)[]): Promise<string | undefined> {
  return textAfter(() => {}, ...parts);
}

/** The same where others have had the request before. */
async function textAfter(
  others: (incoming: FakeIncoming) => void,
  ...parts: (string | Uint8Array)[]
): Promise<string | undefined> {
  const incoming = new FakeIncoming();
  others(incoming);
  const text = readText(incoming, Infinity);
  for (const part of parts) {
    await turn();
    incoming.arrive(part);
  }
  incoming.finish();
  return await text;
}

Deno.test("text is what arrived, in however many parts", async () => {
  assertEquals(await textOf(), "");
  assertEquals(await textOf("one"), "one");
  assertEquals(await textOf("one", " and ", "two"), "one and two");
});

Deno.test("a character that arrives in two parts is one character", async () => {
  const bytes = new TextEncoder().encode("a\u{1f600}b");
  for (let at = 1; at < bytes.length; at++) {
    assertEquals(await textOf(bytes.subarray(0, at), bytes.subarray(at)), "a\u{1f600}b");
  }
});

Deno.test("text is decoded as the Web does it: invalid bytes, one byte order mark", async () => {
  const bodies = [
    [0xef, 0xbb, 0xbf],
    [0xef, 0xbb, 0xbf, 0x61],
    [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x61],
    [0x61, 0xef, 0xbb, 0xbf],
    [0xff, 0x61, 0xc3],
    [0xc0, 0x80, 0xed, 0xa0, 0x80],
    [0xe2, 0x82, 0x61, 0xf0, 0x9f, 0x98],
    [0],
  ].map((bytes) => new Uint8Array(bytes));
  for (const body of bodies) {
    const expected = await new Response(body).text();
    assertEquals(await textOf(body), expected, `${body}`);
    assertEquals(await textOf(body.subarray(0, 1), body.subarray(1)), expected, `${body}`);
  }
});

Deno.test("the text of a body that breaks off is no text", async () => {
  const incoming = new FakeIncoming();
  const text = readText(incoming, Infinity);
  incoming.arrive("one");
  await turn();
  incoming.abort();
  await assertRejects(() => text, Error, "disconnected");
});

Deno.test("a stream gives the parts as they arrive, and then ends", async () => {
  const incoming = new FakeIncoming();
  const reader = bodyOf(incoming).getReader();
  for (const part of ["one", "two", "three"]) {
    const read = reader.read();
    await turn();
    incoming.arrive(part);
    assertEquals(new TextDecoder().decode((await read).value), part);
  }
  incoming.finish();
  assertEquals((await reader.read()).done, true);
});

/** A client that sends a part of the body whenever it may. */
function sendAll(incoming: FakeIncoming, count: number): { sent: number } {
  const progress = { sent: 0 };
  const send = () => {
    if (progress.sent === count) incoming.finish();
    else incoming.arrive(`${progress.sent++}`);
  };
  incoming._read = () => setImmediate(send);
  return progress;
}

Deno.test("a stream takes no more than a few parts ahead of its reader", async () => {
  const incoming = new FakeIncoming();
  const progress = sendAll(incoming, 50);
  const reader = bodyOf(incoming).getReader();
  for (let read = 0; read < 50; read++) {
    for (let at = 0; at < 10; at++) await turn();
    assert(progress.sent - read <= 3, `${progress.sent} sent, ${read} read`);
    const { value } = await reader.read();
    assertEquals(new TextDecoder().decode(value), `${read}`);
  }
  assertEquals((await reader.read()).done, true);
});

Deno.test("after a cancel, the rest of the body is read and thrown away", async () => {
  const incoming = new FakeIncoming();
  const progress = sendAll(incoming, 20);
  const reader = bodyOf(incoming).getReader();
  await reader.read();
  const ended = new Promise((resolve) => incoming.on("end", resolve));
  await reader.cancel();
  await ended;
  assertEquals(progress.sent, 20);
});

Deno.test("a stream whose body breaks off fails, and once cancelled does not", async () => {
  const incoming = new FakeIncoming();
  const reader = bodyOf(incoming).getReader();
  const read = reader.read();
  incoming.abort();
  await assertRejects(() => read, Error, "disconnected");
  const other = new FakeIncoming();
  const body = bodyOf(other);
  await body.cancel();
  other.abort();
  await turn();
});

Deno.test("a body whose client has disconnected before cannot be read", async () => {
  const incoming = new FakeIncoming();
  incoming.abort();
  await turn();
  await assertRejects(() => readText(incoming, Infinity), Error, "disconnected");
});

Deno.test("text up to the limit is read, and longer one is none, of which the rest is thrown away", async () => {
  for (const [limit, expected] of [[6, "onetwo"], [5, undefined], [2, undefined]] as const) {
    const incoming = new FakeIncoming();
    const text = readText(incoming, limit);
    const ended = new Promise((resolve) => incoming.on("end", resolve));
    for (const part of ["one", "two"]) {
      await turn();
      incoming.arrive(part);
    }
    if (expected === undefined) assertEquals(await text, undefined);
    incoming.finish();
    assertEquals(await text, expected);
    await ended;
  }
});

/** What others may have done before, without taking anything away. */
const harmless: Record<string, (incoming: FakeIncoming) => unknown> = {
  "asked for strings": (incoming) => incoming.setEncoding("utf8"),
  "asked for base64": (incoming) => incoming.setEncoding("base64"),
  "asked for hex": (incoming) => incoming.setEncoding("hex"),
  "paused it": (incoming) => incoming.pause(),
  "listened for chunks": (incoming) => incoming.on("data", () => {}),
  "listened for chunks, and paused it": (incoming) => incoming.on("data", () => {}).pause(),
  "listened for what there is, and taken nothing": (incoming) => incoming.on("readable", () => {}),
  "begun to iterate it": (incoming) =>
    (async () => {
      for await (const _ of incoming);
    })(),
};
for (const [what, others] of Object.entries(harmless)) {
  const bytes = new TextEncoder().encode("a\u{1f600}b");
  const parts = Array.from(bytes, (byte) => new Uint8Array([byte]));

  Deno.test(`text is complete where other code has ${what}`, async () => {
    assertEquals(await textAfter(others, ...parts), "a\u{1f600}b");
    assertEquals(await textAfter(others), "");
  });

  Deno.test(`a stream is complete where other code has ${what}`, async () => {
    const incoming = new FakeIncoming();
    others(incoming);
    const text = new Response(bodyOf(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    for (const part of parts) {
      await turn();
      incoming.arrive(part);
    }
    incoming.finish();
    assertEquals(await text, "a\u{1f600}b");
  });
}

Deno.test("a body that other code has read, even in part, cannot be read", async () => {
  for (const parts of [1, 2]) {
    const incoming = new FakeIncoming();
    incoming.on("data", () => {});
    for (let part = 0; part < parts; part++) {
      await turn();
      incoming.arrive("part");
    }
    if (parts > 1) incoming.finish();
    await turn();
    await assertRejects(() => readText(incoming, Infinity), Error, "has already been read");
    await assertRejects(() => bodyOf(incoming).getReader().read(), Error, "has already been read");
  }
});

Deno.test("an empty body whose end event has passed is empty", async () => {
  const incoming = new FakeIncoming();
  incoming.resume();
  incoming.finish();
  await turn();
  await turn();
  assertEquals(incoming.readableEnded, true);
  assertEquals(await readText(incoming, Infinity), "");
  assertEquals((await bodyOf(incoming).getReader().read()).done, true);
});

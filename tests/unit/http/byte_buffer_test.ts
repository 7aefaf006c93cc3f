import { assert, assertEquals } from "@std/assert";
import { ByteBuffer } from "../../../src/http/byte_buffer.ts";

/** A buffer with these parts. */
function gather(parts: readonly Uint8Array[], most?: number): ByteBuffer {
  const buffer = new ByteBuffer(most);
  for (const part of parts) buffer.append(part);
  return buffer;
}

/** The same bytes, one by one. */
const single = (bytes: Uint8Array) => Array.from(bytes, (byte) => new Uint8Array([byte]));

Deno.test("bytes are what was appended, in however many parts", () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, at) => at % 251);
  for (const most of [undefined, 0, 1, 4999, 5000, 10_000]) {
    for (const parts of [[bytes], single(bytes), [bytes.slice(0, 1500), bytes.slice(1500)]]) {
      const buffer = gather(parts, most);
      assertEquals([buffer.length, [...buffer.bytes]], [5000, [...bytes]]);
    }
  }
  assertEquals([gather([]).length, gather([]).text, gather([new Uint8Array()]).length], [0, "", 0]);
});

Deno.test("memory is at most twice what was appended, and no more than there may be", () => {
  for (const most of [3000, 100_000]) {
    const buffer = new ByteBuffer(most);
    for (let length = 1; length <= most; length++) {
      buffer.append(new Uint8Array(1));
      const { byteLength } = buffer.bytes.buffer;
      assert(
        byteLength <= Math.max(1024, Math.min(2 * length, most)),
        `${byteLength} of ${length}`,
      );
    }
  }
});

Deno.test("memory is set aside for what has come, not for what may come", () => {
  const buffer = gather([new Uint8Array(1)], 1024 * 1024);
  assertEquals(buffer.bytes.buffer.byteLength, 1024);
});

Deno.test("memory is copied to larger one a few times only", () => {
  const buffer = new ByteBuffer();
  const seen = new Set<unknown>();
  for (let at = 0; at < 100_000; at++) {
    buffer.append(new Uint8Array(1));
    seen.add(buffer.bytes.buffer);
  }
  assertEquals(seen.size, 8);
});

Deno.test("a part is kept as it is where it is the whole, and else its memory is let go", () => {
  const part = new TextEncoder().encode("[]");
  assertEquals(gather([part], 2).bytes.buffer === part.buffer, true);
  const buffer = gather([part], 3);
  part.fill(0);
  buffer.append(new Uint8Array([0x21]));
  assertEquals(buffer.text, "[]!");
});

Deno.test("text is decoded as the Web does it: invalid bytes, one byte order mark, divided characters", async () => {
  const texts = [
    [],
    [0xef, 0xbb, 0xbf],
    [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x61],
    [0x61, 0xef, 0xbb, 0xbf],
    [0xff, 0x61, 0xc3],
    [0xc0, 0x80, 0xed, 0xa0, 0x80],
    [0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80],
    [0xe2, 0x82, 0x61, 0xf0, 0x9f, 0x98],
    [0],
  ].map((bytes) => new Uint8Array(bytes));
  for (const text of texts) {
    const expected = await new Response(text).text();
    for (const parts of [[text], single(text)]) assertEquals(gather(parts).text, expected);
  }
});

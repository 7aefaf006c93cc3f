import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  FrameReader,
  kinds,
  messageFrame,
  numberedFrame,
  readMessage,
  readNumbered,
  textFrame,
} from "../../../../src/cluster/local_bus/bus_frames.ts";

/** A reader, and what it has read: kinds and bodies. */
function reader(maxBody = 1000) {
  const read: [number, string][] = [];
  return { reader: new FrameReader(maxBody, (kind, body) => read.push([kind, `${body}`])), read };
}

Deno.test("frames are read however their bytes are divided", () => {
  const bytes = Buffer.concat([
    textFrame(kinds.ping),
    textFrame(kinds.hello, "\u20ac"),
    textFrame(kinds.hello, "x".repeat(300)),
  ]);
  const expected: [number, string][] = [[kinds.ping, ""], [kinds.hello, "\u20ac"], [
    kinds.hello,
    "x".repeat(300),
  ]];
  for (const size of [1, 2, 4, 5, 6, 7, 100, bytes.length]) {
    const { reader: frames, read } = reader();
    for (let at = 0; at < bytes.length; at += size) {
      assertEquals(frames.push(bytes.subarray(at, at + size)), true);
    }
    assertEquals(read, expected, `${size} bytes at a time`);
  }
});

Deno.test("a frame above the limit is refused by its head, and those before it are read", () => {
  const { reader: frames, read } = reader(10);
  const long = textFrame(kinds.hello, "x".repeat(11)).subarray(0, 5);
  assertEquals(frames.push(Buffer.concat([textFrame(kinds.hello, "x".repeat(10)), long])), false);
  assertEquals(read.length, 1);
});

Deno.test("the limit may rise between two frames of the same chunk", () => {
  const read: string[] = [];
  const frames: FrameReader = new FrameReader(4, (_kind, body) => {
    read.push(`${body}`);
    frames.maxBody = 100;
  });
  const bytes = [textFrame(kinds.hello, "1234"), textFrame(kinds.message, "x".repeat(50))];
  assertEquals(frames.push(Buffer.concat(bytes)), true);
  assertEquals(read.map(({ length }) => length), [4, 50]);
});

Deno.test("numbers, channels and payloads are read as they were written", () => {
  const body = (frame: Buffer) => frame.subarray(5);
  assertEquals(readNumbered(body(numberedFrame(kinds.request, 2 ** 32 - 1, "\u20ac"))), {
    number: 2 ** 32 - 1,
    text: "\u20ac",
  });
  for (
    const [channel, payload] of [["", ""], ["\u20ac", "a\0b"], ["c".repeat(300), "\ud83d\ude00"]]
  ) {
    assertEquals(readMessage(body(messageFrame(channel!, payload!))), { channel, payload });
  }
  assertThrows(() => readNumbered(Buffer.from("abc")), RangeError);
  assertThrows(() => readMessage(Buffer.from("a")), RangeError);
});

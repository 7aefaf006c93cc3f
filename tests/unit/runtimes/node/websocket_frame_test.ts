import { assertEquals } from "@std/assert";
import { Frame } from "../../../../src/protocol/message.ts";
import { maxCopied, websocketFrame } from "../../../../src/runtimes/node/websocket_frame.ts";

const encoder = new TextEncoder();

/** The head that a text of so many bytes has, by RFC 6455. */
function head(bytes: number): number[] {
  return bytes < 126 ? [0x81, bytes] : [0x81, 126, bytes >> 8, bytes & 0xff];
}

for (const unit of ["x", "\u00e9", "\u20ac", "\u{1f600}", "\ud800"]) {
  Deno.test(`a frame of ${JSON.stringify(unit)} has its length, and the text as UTF-8`, () => {
    const bytes = encoder.encode(unit).byteLength;
    const counts = [0, 1, 125 / bytes, 126 / bytes, 127 / bytes, 1000, maxCopied / unit.length - 1];
    for (const count of counts.map(Math.floor)) {
      const text = unit.repeat(count);
      const expected = [...head(count * bytes), ...encoder.encode(text)];
      assertEquals([...websocketFrame(new Frame(text))], expected);
    }
  });
}

Deno.test("a frame is encoded once for consecutive receivers", () => {
  const [one, two] = [new Frame("one"), new Frame("two")];
  const bytes = websocketFrame(one);
  assertEquals(websocketFrame(one) === bytes, true);
  assertEquals([...websocketFrame(two)], [0x81, 3, 0x74, 0x77, 0x6f]);
  assertEquals([...websocketFrame(one)], [...bytes]);
});

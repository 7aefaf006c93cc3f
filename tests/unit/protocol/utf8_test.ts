import { assertEquals } from "@std/assert";
import { isLonger, utf8Length } from "../../../src/protocol/utf8.ts";

const texts = [
  "",
  "a",
  "\u007f",
  "\u0080",
  "\u07ff",
  "\u0800",
  "\uffff",
  "\ud83d\ude00",
  "\ud83d",
  "\ude00x",
];

for (const text of texts) {
  Deno.test(`${JSON.stringify(text)} is as long as it is encoded, once and 20,000 times`, () => {
    const encoder = new TextEncoder();
    for (const count of [1, 20_000]) {
      const long = text.repeat(count);
      assertEquals(utf8Length(long), encoder.encode(long).byteLength);
    }
  });
}

Deno.test("a text is longer than a number of bytes by what it takes, not by its code units", () => {
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text).byteLength;
    assertEquals([isLonger(text, bytes), isLonger(text, bytes - 1)], [false, true]);
  }
});

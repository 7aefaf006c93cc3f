import { assert, assertEquals } from "@std/assert";
import { websocketCloseCode, websocketCloseReason } from "../../../src/protocol/close_codes.ts";

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

Deno.test("exactly the codes that RFC 6455 lets be sent reach a websocket", () => {
  const sendable: number[] = [];
  for (let code = 0; code <= 65535; code++) {
    const sent = websocketCloseCode(code);
    if (sent === code) sendable.push(code);
    else assertEquals(sent, 1000, `${code}`);
  }
  const between = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i);
  assertEquals(sendable, [
    ...between(1000, 1003),
    ...between(1007, 1014),
    ...between(3000, 4999),
  ]);
});

Deno.test("a reason of up to 123 bytes is left alone", () => {
  for (const reason of ["", "Go away!", "x".repeat(123), "é".repeat(61)]) {
    assertEquals(websocketCloseReason(reason), reason);
  }
});

Deno.test("a longer reason is cut to 123 bytes where characters are that small", () => {
  assertEquals(websocketCloseReason("x".repeat(124)), "x".repeat(123));
});

Deno.test("a reason is cut at a character, whatever that takes in UTF-8", () => {
  for (const character of ["x", "é", "\u20ac", "\u{1f600}", "\ud800"]) {
    const { length } = character;
    for (let offset = 0; offset < 4; offset++) {
      const whole = "x".repeat(offset) + character.repeat(130);
      const cut = websocketCloseReason(whole);
      assert(whole.startsWith(cut));
      assertEquals((cut.length - offset) % length, 0, "cut inside a character");
      assert(bytesOf(cut) <= 123, "too long");
      const withNext = whole.slice(0, cut.length + length);
      assert(bytesOf(withNext) > 123, "shorter than need be");
    }
  }
});

Deno.test("a lone surrogate counts as the three bytes of its replacement", () => {
  assertEquals(websocketCloseReason("\udc00".repeat(50)), "\udc00".repeat(41));
});

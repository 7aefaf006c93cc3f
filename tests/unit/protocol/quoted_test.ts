import { assertEquals, assertMatch } from "@std/assert";
import { quoted } from "../../../src/protocol/quoted.ts";

Deno.test("printable ASCII stays as it is, between quotes", () => {
  assertEquals(quoted("https://example.com/a b?c"), '"https://example.com/a b?c"');
});

Deno.test("quotes and backslashes are escaped, so that a text ends only at its end", () => {
  assertEquals(quoted('a" b\\'), '"a\\" b\\\\"');
});

Deno.test("no text begins a line, or has any other character that a terminal or viewer obeys", () => {
  const hostile = "\r\n\x00\x1b[31m\x7f\x9b\u0085\u2028\u202e\ufeff\ud800é😀";
  assertMatch(quoted(hostile), /^[\x20-\x7e]+$/);
  assertEquals(quoted("a\r\nb\x9b"), '"a\\u000d\\u000ab\\u009b"');
});

Deno.test("a long text is cut", () => {
  assertEquals(quoted("x".repeat(100)), `"${"x".repeat(100)}"`);
  assertEquals(quoted("\n".repeat(1_000_000)), `"${"\\u000a".repeat(100)}"...`);
});

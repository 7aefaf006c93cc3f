import { assertEquals } from "@std/assert";
import { ownCopy } from "../../../src/protocol/own_copy.ts";

Deno.test("a copy has the same characters", () => {
  for (
    const text of ["", " ", "x", "\ud800", "\udc00\ud800", "\u0000\u2028", "\u20ac".repeat(300)]
  ) {
    assertEquals(ownCopy(text), text);
  }
});

import { assertEquals } from "@std/assert";
import { encodeMessage } from "../../../src/protocol/escape.ts";

/** What JSON has a short form for. */
const shortForms = new Map([
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

/** The list of the protocol, section 4. */
const escaped = [
  [0x0000, 0x001f],
  [0xd800, 0xdfff],
  [0x200c, 0x200f],
  [0x2028, 0x202f],
  [0x2060, 0x206f],
  [0xfff0, 0xffff],
] as const;

function expected(unit: number): string {
  const short = shortForms.get(unit);
  if (short !== undefined) return short;
  return escaped.some(([first, last]) => first <= unit && unit <= last)
    ? "\\u" + unit.toString(16).padStart(4, "0")
    : String.fromCharCode(unit);
}

Deno.test("every code unit is escaped exactly when the protocol lists it", () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const encoded = encodeMessage(String.fromCharCode(unit));
    if (encoded !== `"${expected(unit)}"`) {
      assertEquals(encoded, `"${expected(unit)}"`, unit.toString(16));
    }
  }
});

Deno.test("every code unit comes back equal from JSON.parse", () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const message = "a" + String.fromCharCode(unit) + "b";
    if (JSON.parse(encodeMessage(message)) !== message) {
      assertEquals(JSON.parse(encodeMessage(message)), message);
    }
  }
});

Deno.test("a character outside the basic plane is two escapes", () => {
  assertEquals(encodeMessage("<\u{1f600}>"), '"<\\ud83d\\ude00>"');
});

Deno.test("all fragile units of a message are escaped, not the first alone", () => {
  assertEquals(
    encodeMessage("\u2028\u2029\ufffe \u00e9\u200d\u200d"),
    '"\\u2028\\u2029\\ufffe \u00e9\\u200d\\u200d"',
  );
});

Deno.test("encoding one message leaves no trace in the next", () => {
  // A sticky or global expression would remember where it stopped.
  for (let i = 0; i < 4; i++) {
    assertEquals(encodeMessage("xx\u2028"), '"xx\\u2028"');
    assertEquals(encodeMessage("\u2028"), '"\\u2028"');
  }
});

Deno.test("the empty message is an empty JSON string", () => {
  assertEquals(encodeMessage(""), '""');
});

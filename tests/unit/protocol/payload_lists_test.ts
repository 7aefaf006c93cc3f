import { heap } from "../../support/heap.ts";
import { assert, assertEquals } from "@std/assert";
import { decodeBody, decodeText } from "../../../src/protocol/payload.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

/** What `JSON.parse` alone would make of it. */
function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

const pieces = [
  ...['"', '""', '"a"', '"12345678"', '"é"', '"\\u0031"', '"\\n"', '"\\\\"', '"\\""', '"\\'],
  ...["\\", "[", "[", "]", "]", ",", ",", ":", "{", "}", " ", "\n", "\t", "\u00a0", "\ufeff"],
  ...["1", "01", "20", "-3e5", "null", "true", '"\u0000"', '"\ud800"', '"\\ud83d\\ude00"', "a"],
  `"${"x".repeat(200)}"`,
  `"${"\\u0037".repeat(10)}"`,
  `"${"é\\\\".repeat(60)}"`,
];

Deno.test("lists and strings are what JSON says, whatever they are made of", () => {
  const roll = new SeededRandom(14);
  let lists = 0;
  for (let i = 0; i < 100_000; i++) {
    const inner = roll.several(roll.below(6), () => roll.pick(pieces));
    const text = roll.chance(0.7) ? `[${inner.join(roll.chance(0.7) ? "," : "")}]` : inner.join("");
    const json = parsed(text);
    const isList = json !== undefined && isStrings(json.value);
    if (isList && inner.length > 0) lists++;
    const body = text === ""
      ? "Payload expected."
      : isList
      ? json.value
      : json === undefined
      ? "Broken JSON encoding."
      : "Payload expected.";
    assertEquals(decodeBody(text), body as string[], text);
    const frame = text === ""
      ? []
      : isList
      ? json.value
      : typeof json?.value === "string"
      ? [json.value]
      : undefined;
    assertEquals(decodeText(text), frame as string[] | undefined, text);
  }
  assertEquals(lists > 5000, true, `${lists} of them were lists`);
});

Deno.test("no short string is left to JSON.parse, and no list but one whose digits say nothing", () => {
  const real = JSON.parse;
  const given: string[] = [];
  JSON.parse = (text) => {
    given.push(text);
    return real(text);
  };
  try {
    const numbers = Array.from({ length: 1000 }, (_, i) => `${12_345_678 + i * 65_536}`);
    const escaped = numbers.map((number) => `\\u003${number[0]}${number.slice(1)}`);
    const lists = [numbers, escaped].map((list) => `["${list.join('","')}"]`);
    for (const list of lists) {
      assertEquals(decodeBody(list), numbers);
      assertEquals(decodeText(list), numbers);
      decodeBody(`${list.slice(0, -1)},1]`);
      decodeText(`${list.slice(0, -1)},1]`);
      decodeText(list.slice(1));
      decodeBody(list.slice(0, -1));
    }
  } finally {
    JSON.parse = real;
  }
  const strings = given.filter((text) => text.startsWith('"'));
  assertEquals(strings.filter((text) => (real(text) as string).length < 16), []);
  const digits = given.filter((text) => !text.startsWith('"')).join("");
  assertEquals(/[2-9]/.test(digits), false);
});

Deno.test("what is looked at grows with a payload, not with its square", () => {
  const real = String.prototype.charCodeAt;
  let looks = 0;
  String.prototype.charCodeAt = function (at) {
    looks++;
    return real.call(this, at);
  };
  const looksAt = (text: string) => {
    looks = 0;
    decodeBody(text);
    decodeText(text);
    return looks;
  };
  try {
    const kinds = [
      (size: number) => `["${"\\".repeat(size)}"]`,
      (size: number) => `[${'"",'.repeat(size / 3)}""]`,
      (size: number) => `["${'\\"'.repeat(size / 2)}"]`,
      (size: number) => " ".repeat(size),
      (size: number) => "[".repeat(size),
      (size: number) => `["${'\\\\","'.repeat(size / 5)}`,
    ];
    for (const kind of kinds) {
      const [few, many] = [looksAt(kind(1000)), looksAt(kind(100_000))];
      assertEquals(many <= 110 * (few + 10), true, `${kind}: ${few} and ${many}`);
    }
  } finally {
    String.prototype.charCodeAt = real;
  }
});

for (const length of [1, 5, 12, 13, 100, 200]) {
  Deno.test(`a message of ${length} characters that is kept keeps nothing of its payload`, () => {
    const saved: string[] = [];
    const keep = (count: number) => {
      for (let i = 0; i < count; i++) {
        const first = `${i % 10}`.padEnd(length, "n");
        const payload = JSON.stringify([first, "", `${i}`.padEnd(100_000, "x")]);
        const messages = decodeBody(payload);
        if (typeof messages === "string") throw new Error(messages);
        saved.push(messages[0]!);
      }
    };
    keep(10);
    const before = heap();
    keep(100);
    const each = (heap() - before) / 100;
    assert(each < 10_000, `${each} bytes each`);
  });
}

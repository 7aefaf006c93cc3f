import { assert, assertEquals } from "@std/assert";
import {
  anyContains,
  contains,
  coversIPv4,
  formatAddress,
  parseAddress,
  parseNumber,
  parseRanges,
} from "../../../src/http/ip_address.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const canonical: Readonly<Record<string, string>> = {
  "1.2.3.4": "1.2.3.4",
  "255.255.255.255": "255.255.255.255",
  "0.0.0.0": "0.0.0.0",
  "::": "::",
  "::1": "::1",
  "1::": "1::",
  "2001:DB8::1": "2001:db8::1",
  "2001:0db8:0000:0000:0001:0000:0000:0001": "2001:db8::1:0:0:1",
  "1:0:0:2:0:0:0:3": "1:0:0:2::3",
  "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8",
  "1:0:3:4:5:6:7:8": "1:0:3:4:5:6:7:8",
  "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
  "::ffff:192.0.2.1": "192.0.2.1",
  "::FFFF:c000:0201": "192.0.2.1",
  "0000:0000:0000:0000:0000:ffff:255.255.255.255": "255.255.255.255",
  "64:ff9b::192.0.2.1": "64:ff9b::c000:201",
  "::1.2.3.4": "::102:304",
};

for (const [text, form] of Object.entries(canonical)) {
  Deno.test(`the address ${text} is ${form}`, () => {
    assertEquals(formatAddress(parseAddress(text)!), form);
  });
}

const wrong = [
  ...[
    "",
    " ",
    ".",
    ":",
    ":::",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.1.1.1",
  ],
  ...[
    "01.2.3.4",
    "1.2.3.00",
    "0x1.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "+1.2.3.4",
    "1e1.2.3.4",
    "1.2.3.-4",
  ],
  ...[
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1::",
    "1:::2",
    ":1::2",
    "1::2:",
  ],
  ...[
    "12345::",
    "g::",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "::1.2.3",
    "::256.1.1.1",
    "1:2:3:4:5:6:7:1.2.3.4",
  ],
  ...[
    "fe80::1%eth0",
    "[::1]",
    "::1/128",
    "localhost",
    "constructor",
    "__proto__",
    "unknown",
    "_hidden",
  ],
  ...["١.2.3.4", "::１", "0:".repeat(50_000), "1".repeat(100_000), ":".repeat(100_000)],
];

Deno.test("what is not an address is none", () => {
  for (const text of wrong) assertEquals(parseAddress(text), undefined, text.slice(0, 60));
});

Deno.test("addresses are what the URL parser of the runtime takes them for", () => {
  const random = new SeededRandom(18);
  let found = 0;
  for (let i = 0; i < 20_000; i++) {
    const text = randomText(random);
    const expected = model(text);
    if (expected !== undefined) found++;
    const address = parseAddress(text);
    assertEquals(address && formatAddress(address), expected, text);
  }
  // So that the test does not only see what is no address.
  assert(found > 1000, `only ${found} addresses`);
});

/** Texts near to addresses. */
function randomText(random: SeededRandom): string {
  const { length } = alphabet;
  const parts = random.below(3) === 0 ? 4 : 1 + random.below(9);
  const separator = parts === 4 && random.below(2) === 0 ? "." : ":";
  let text = Array.from(
    { length: parts },
    () => separator === "." ? String(random.below(270)) : alphabet[random.below(length)],
  ).join(separator);
  if (separator === ":" && random.below(4) === 0) text += ":192.0.2.1";
  if (random.below(3) === 0) text = text.replace(":0:", "::");
  return random.below(4) === 0 ? `::${text}` : text;
}
const alphabet = ["0", "0", "0", "1", "ff", "FFFF", "00ab", "dead", "", "12345", "x"];

/** Slow and obvious. */
function model(text: string): string | undefined {
  if (/^[0-9.]+$/.test(text)) {
    const bytes = text.split(".");
    const isValid = bytes.length === 4 &&
      bytes.every((byte) => byte !== "" && String(Number(byte)) === byte && Number(byte) < 256);
    return isValid ? text : undefined;
  }
  if (!/^[0-9a-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined;
  const shown = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const ipv4 = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(shown);
  if (ipv4 === null) return shown;
  const [high, low] = [parseInt(ipv4[1]!, 16), parseInt(ipv4[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Whether an address is in what `text` stands for. */
function isIn(text: string, address: string): boolean {
  return parseRanges(text)!.some((range) => contains(range, parseAddress(address)!));
}

Deno.test("a range contains the addresses that begin with its bits", () => {
  const cases: [string, string, boolean][] = [
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.9.9.9/8", "10.1.1.1", true],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.128/25", "192.0.2.129", true],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1/32", "192.0.2.0", false],
    ["::ffff:192.0.2.0/120", "192.0.2.77", true],
    ["::ffff:192.0.2.0/120", "192.0.3.1", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["2001:db8::/32", "10.0.0.1", false],
    ["::1", "0:0::1", true],
    ["::/1", "7fff::", true],
    ["::/1", "8000::", false],
    ["loopback", "127.5.5.5", true],
    ["loopback", "::1", true],
    ["loopback", "::2", false],
    ["linklocal", "169.254.1.1", true],
    ["linklocal", "febf::1", true],
    ["linklocal", "fec0::1", false],
    ["uniquelocal", "172.31.0.1", true],
    ["uniquelocal", "172.32.0.1", false],
    ["uniquelocal", "fdff::1", true],
  ];
  for (const [range, address, expected] of cases) {
    assertEquals(isIn(range, address), expected, `${address} in ${range}`);
  }
});

Deno.test("ranges contain what a comparison of binary digits says", () => {
  const random = new SeededRandom(7);
  for (let i = 0; i < 5000; i++) {
    const groups = Array.from({ length: 8 }, () => random.below(0x10000));
    const bits = random.below(129);
    const other = groups.map((group) =>
      random.below(4) > 0 ? group : group ^ (1 << random.below(16))
    );
    const digits = (address: number[]) =>
      address.map((group) => group.toString(2).padStart(16, "0")).join("").slice(0, bits);
    assertEquals(contains({ address: groups, bits }, other), digits(groups) === digits(other));
  }
});

/** Random addresses and ranges that have much in common, so that they meet. */
function randomRange(random: SeededRandom): string {
  const isIPv4 = random.chance(0.5);
  const few = (count: number) => String(random.pick([0, 1, 2, 127, 128, 255]) % count);
  const address = isIPv4
    ? random.several(4, () => few(256)).join(".")
    : `${random.pick(["2001:db8:", "::ffff:0:", "fe80:", ":"])}:${few(256)}`;
  if (random.chance(0.4) || !parseAddress(address)) return address;
  return `${address}/${isIPv4 ? random.below(33) : random.below(129)}`;
}

Deno.test("a search among many ranges finds what a look at each of them finds", () => {
  const random = new SeededRandom(19);
  const found = { inside: 0, outside: 0 };
  for (let i = 0; i < 3000; i++) {
    const texts = random.several(random.below(20), () => randomRange(random));
    const ranges = texts.flatMap((text) => parseRanges(text) ?? []);
    const search = anyContains(ranges);
    for (const text of random.several(10, () => randomRange(random))) {
      const address = parseAddress(text.split("/")[0]!);
      if (address === undefined) continue;
      const expected = ranges.some((range) => contains(range, address));
      assertEquals(search(address), expected, `${text} in ${texts}`);
      found[expected ? "inside" : "outside"]++;
    }
  }
  assert(Math.min(found.inside, found.outside) > 1000, JSON.stringify(found));
});

Deno.test("the search finds the first and the last address of a range, and not their neighbours", () => {
  const search = anyContains(["10.0.0.0/8", "10.9.9.9", "2001:db8::/32", "192.0.2.128/25"]
    .flatMap((text) => parseRanges(text)!));
  const inside = "10.0.0.0 10.9.9.9 10.9.9.10 10.255.255.255 ::ffff:10.1.1.1 2001:db8:: " +
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 192.0.2.128 192.0.2.255";
  const outside = "9.255.255.255 11.0.0.0 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: " +
    "192.0.2.127 192.0.3.0 :: ::10.0.0.1";
  for (const text of inside.split(" ")) assertEquals(search(parseAddress(text)!), true, text);
  for (const text of outside.split(" ")) assertEquals(search(parseAddress(text)!), false, text);
  assertEquals(anyContains([])(parseAddress("10.0.0.1")!), false);
});

Deno.test("what is not a range is none", () => {
  const texts = [
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8.5",
    "10.0.0.0/08x",
  ];
  texts.push("10.0.0.0/255.0.0.0", "::/129", "::/1e1", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0 /8");
  texts.push("Loopback", "constructor", "__proto__", "toString", "localhost", "*", "fe80::1%eth0");
  for (const text of texts) assertEquals(parseRanges(text), undefined, text);
});

Deno.test("a range that contains every IPv4 address is recognised", () => {
  const covers = (text: string) => parseRanges(text)!.some(coversIPv4);
  for (
    const text of ["0.0.0.0/0", "9.9.9.9/0", "::/0", "::/80", "::ffff:0:0/96", "::ffff:9.9.9.9/96"]
  ) {
    assertEquals(covers(text), true, text);
  }
  for (const text of ["0.0.0.0/1", "::ffff:0:0/97", "::/96", "8000::/1", "loopback", "fc00::/7"]) {
    assertEquals(covers(text), false, text);
  }
});

Deno.test("numbers have digits alone, and no more than are allowed", () => {
  assertEquals(parseNumber("0123", 10, 4), 123);
  assertEquals(parseNumber("fF", 16, 4), 255);
  for (const text of ["", "12345", "a", "-1", "+1", "1.0", " 1", "1 "]) {
    assertEquals(parseNumber(text, 10, 4), undefined, text);
  }
});

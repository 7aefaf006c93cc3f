import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../../src/http/ip_address.ts";
import { readOptions } from "../../../src/options/settings.ts";
import { trustOf } from "../../../src/options/trust_proxy.ts";

function messageFor(trustProxy: unknown): string {
  return assertThrows(() => readOptions({ trustProxy: trustProxy as never }), TypeError).message;
}

Deno.test("true is refused, because any client could forge its address", () => {
  assertEquals(
    messageFor(true),
    "Cannot create a server: the option trustProxy must be false, a number of proxies, a list of " +
      'their addresses such as ["10.0.0.0/8"], or a function, got true: true would trust every ' +
      "address, so any client could forge its own with a header; write 1 for one proxy",
  );
});

Deno.test("the message names what is wrong, or what to write", () => {
  const endings: [unknown, string][] = [
    [
      ["10.0.0.1", "10.0.0.0/33"],
      ': "10.0.0.0/33" is neither an address nor a range, nor loopback, linklocal or uniquelocal',
    ],
    [[1], ": 1 is neither an address nor a range, nor loopback, linklocal or uniquelocal"],
    [
      ["0.0.0.0/0"],
      ': "0.0.0.0/0" would trust every IPv4 address, so any client could forge its own',
    ],
    [["::/0"], ': "::/0" would trust every IPv4 address, so any client could forge its own'],
    ["loopback", ': write ["loopback"]'],
    ["loopback, 10.0.0.0/8", ': write ["loopback", "10.0.0.0/8"]'],
    ["1", ": write 1"],
    ["", 'got ""'],
    ["true", 'got "true"'],
    [1.5, "got 1.5"],
  ];
  for (const [value, ending] of endings) {
    const message = messageFor(value);
    assertEquals(message.slice(-ending.length), ending);
  }
});

Deno.test("a list trusts what it contains, also as IPv4-mapped IPv6, and nothing unknown", () => {
  const trust = trustOf(["10.0.0.0/8", "loopback"])!;
  for (
    const [address, expected] of [["10.1.1.1", true], ["::ffff:10.1.1.1", true], ["::1", true], [
      "11.0.0.1",
      false,
    ]] as const
  ) {
    assertEquals(trust(parseAddress(address), 3), expected, address);
  }
  assertEquals(trust(undefined, 0), false);
});

Deno.test("a long list is searched for each address of a long header", () => {
  const list = Array.from(
    { length: 100_000 },
    (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
  );
  const trust = trustOf(list)!;
  const hops = list.map((each) => parseAddress(each)!);
  // Without a clock: to look at each entry for each hop would take minutes.
  assertEquals(hops.every((address, hop) => trust(address, hop)), true);
  assertEquals(trust(parseAddress("10.2.0.0"), 0), false);
});

Deno.test("a number trusts that many, whatever their addresses are", () => {
  const trust = trustOf(2)!;
  assertEquals([0, 1, 2, 3].map((hop) => trust(undefined, hop)), [true, true, false, false]);
});

Deno.test("a list that is changed later trusts the same as before", () => {
  const list = ["10.0.0.0/8"];
  const trust = trustOf(list)!;
  list[0] = "192.0.2.0/24";
  assertEquals(trust(parseAddress("10.0.0.1"), 0), true);
  assertEquals(trust(parseAddress("192.0.2.1"), 0), false);
});

Deno.test("false trusts nothing", () => {
  assertEquals(trustOf(false), undefined);
});

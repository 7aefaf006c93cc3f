import { assertEquals } from "@std/assert";
import { findClient, type ProxyHeader, type TrustHop } from "../../../src/http/forwarded.ts";
import { formatAddress, parseAddress } from "../../../src/http/ip_address.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const peer = parseAddress("10.0.0.1");
/** Trusts the addresses that begin with `10.`. */
const tens: TrustHop = (address) =>
  address !== undefined && formatAddress(address).startsWith("10.");
const first = (count: number): TrustHop => (_address, hop) => hop < count;

/** The client as text: the address, with the port after a `#` if there is one. */
function clientIn(name: ProxyHeader, header: string, trust = tens): string | undefined {
  const client = findClient(peer, name, header, trust);
  return client && client.address + (client.port === undefined ? "" : `#${client.port}`);
}
const xff = (header: string, trust?: TrustHop) => clientIn("x-forwarded-for", header, trust);
const forwarded = (header: string, trust?: TrustHop) => clientIn("forwarded", header, trust);

Deno.test("the client is the first from the right that is not trusted", () => {
  assertEquals(xff("192.0.2.1"), "192.0.2.1");
  assertEquals(xff("6.6.6.6, 192.0.2.1"), "192.0.2.1");
  assertEquals(xff("6.6.6.6, 192.0.2.1, 10.0.0.3,10.0.0.2"), "192.0.2.1");
  assertEquals(xff("6.6.6.6, 10.9.9.9, 192.0.2.1"), "192.0.2.1");
});

Deno.test("nothing is read if the connection's other end is not trusted", () => {
  assertEquals(findClient(parseAddress("9.9.9.9"), "x-forwarded-for", "1.1.1.1", tens), undefined);
  assertEquals(findClient(undefined, "x-forwarded-for", "1.1.1.1", tens), undefined);
});

Deno.test("a number of proxies is counted from the connection's other end", () => {
  const header = "1.1.1.1, 2.2.2.2, 3.3.3.3";
  assertEquals(xff(header, first(0)), undefined);
  assertEquals(xff(header, first(1)), "3.3.3.3");
  assertEquals(xff(header, first(2)), "2.2.2.2");
  assertEquals(xff(header, first(3)), "1.1.1.1");
  assertEquals(xff(header, first(9)), "1.1.1.1");
});

Deno.test("if all are trusted, the leftmost is the client", () => {
  assertEquals(xff("10.0.0.4, 10.0.0.3"), "10.0.0.4");
});

Deno.test("what is not an address ends the search, and the last before it counts", () => {
  for (
    const none of ["unknown", "", "_hidden", "unix:", "1.2.3", "1.1.1.1 10.0.0.9", "-", '"1.1.1.1"']
  ) {
    assertEquals(xff(`1.1.1.1, ${none}, 10.0.0.3`), "10.0.0.3", none);
    assertEquals(xff(`1.1.1.1,${none}`), undefined, none);
  }
  assertEquals(xff(""), undefined);
  assertEquals(xff(","), undefined);
  assertEquals(xff(",1.1.1.1"), "1.1.1.1");
  assertEquals(xff(",10.0.0.3"), "10.0.0.3");
});

Deno.test("an address may have a port", () => {
  const cases: Record<string, string | undefined> = {
    "1.1.1.1:80": "1.1.1.1#80",
    "1.1.1.1:0": "1.1.1.1#0",
    "1.1.1.1:65535": "1.1.1.1#65535",
    "1.1.1.1:_x": "1.1.1.1",
    "[2001:DB8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1#443",
    "2001:db8::1": "2001:db8::1",
    "2001:db8::1:443": "2001:db8::1:443",
    "::ffff:1.1.1.1": "1.1.1.1",
    "1.1.1.1:65536": undefined,
    "1.1.1.1:": undefined,
    "1.1.1.1:8a": undefined,
    "1.1.1.1:-1": undefined,
    "[1.1.1.1]": undefined,
    "[2001:db8::1": undefined,
    "2001:db8::1]": undefined,
    "[2001:db8::1]443": undefined,
    "[2001:db8::1]:": undefined,
    "[[2001:db8::1]]": undefined,
    "[fe80::1%25eth0]": undefined,
    ":80": undefined,
  };
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(xff(text), expected, text);
    assertEquals(forwarded(`for="${text}"`), expected, text);
  }
});

Deno.test("spaces and tabs around an address do not count", () => {
  assertEquals(xff("\t 1.1.1.1 \t"), "1.1.1.1");
});

Deno.test("an element of Forwarded names its client by for, quoted or not, in any case", () => {
  const cases: Record<string, string | undefined> = {
    "for=1.1.1.1": "1.1.1.1",
    "FOR=1.1.1.1;proto=https;by=10.0.0.1": "1.1.1.1",
    'proto=http;For="[2001:db8:cafe::17]:4711"': "2001:db8:cafe::17#4711",
    'by="a;for=6.6.6.6";for=1.1.1.1': "1.1.1.1",
    'by="a,for=6.6.6.6";for=1.1.1.1': "1.1.1.1",
    'by="a\\",for=6.6.6.6";for=1.1.1.1': "1.1.1.1",
    'by="a\\\\";for=1.1.1.1': "1.1.1.1",
    'for="1.1\\.1.1"': "1.1.1.1",
    " for = 1.1.1.1 ; proto=http": "1.1.1.1",
    ";;for=1.1.1.1;;": "1.1.1.1",
    "for=unknown": undefined,
    "for=_SEVKISEK": undefined,
    "for=": undefined,
    "for": undefined,
    'for="': undefined,
    'for=""': undefined,
    'for="1.1.1.1': undefined,
    'for=1.1.1.1"': undefined,
    "proto=https": undefined,
    "by=1.1.1.1": undefined,
    "xfor=1.1.1.1": undefined,
    "for=1.1.1.1;for=1.1.1.1": undefined,
    "1.1.1.1": undefined,
    "constructor=1.1.1.1": undefined,
  };
  for (const [element, expected] of Object.entries(cases)) {
    assertEquals(forwarded(element), expected, element);
    assertEquals(
      forwarded(`for=6.6.6.6, ${element}, for=10.0.0.3`),
      expected ?? "10.0.0.3",
      element,
    );
  }
});

Deno.test("a quotation mark that a client leaves open does not hide what proxies add", () => {
  for (const start of ['for="', 'for="x', 'for="\\', '"', '\\"', 'for=6.6.6.6;by="', '"";"']) {
    assertEquals(forwarded(`${start}, for=1.1.1.1`), "1.1.1.1", start);
    assertEquals(forwarded(`${start}, for="[::5]:1";by="x", for="10.0.0.2"`), "::5#1", start);
  }
});

/** Random elements as proxies write them, with the client that each of them names. */
function randomElement(random: SeededRandom, name: ProxyHeader): [string, string | undefined] {
  const host = random.pick(["10.0.0.2", "10.255.0.1", "192.0.2.7", "2001:db8::9", "unknown", "_x"]);
  const port = random.chance(0.3) ? random.below(65536) : undefined;
  const isIPv6 = host.includes(":");
  const isAddress = isIPv6 || host.includes(".");
  const node = (isIPv6 ? `[${host}]` : host) + (port === undefined || !isAddress ? "" : `:${port}`);
  const client = isAddress ? host + (port === undefined ? "" : `#${port}`) : undefined;
  if (name === "x-forwarded-for") return [node, client];
  const quoted = random.chance(0.5) || /[:[]/.test(node) ? `"${node}"` : node;
  const others = random.several(
    random.below(3),
    () => random.pick(['by="a,b;for=6.6.6.6"', "proto=https", 'host="\\"\\\\,\\""', "secret=for"]),
  );
  others.splice(random.below(others.length + 1), 0, `${random.pick(["for", "For"])}=${quoted}`);
  return [others.join(";"), client];
}

/** Slow and obvious: what a walk over the clients finds. */
function model(
  clients: readonly (string | undefined)[],
  trust: (client: string, hop: number) => boolean,
) {
  let found: string | undefined;
  let isTrusted = trust("10.0.0.1", 0);
  for (const [i, client] of clients.toReversed().entries()) {
    if (!isTrusted || client === undefined) break;
    found = client;
    isTrusted = trust(client, i + 1);
  }
  return found;
}

for (const name of ["x-forwarded-for", "forwarded"] as const) {
  Deno.test(`what is found in random lines of ${name} is what a slow model finds`, () => {
    const random = new SeededRandom(11);
    for (let i = 0; i < 5000; i++) {
      const elements = random.several(1 + random.below(5), () => randomElement(random, name));
      const header = elements.map(([text]) => text).join(random.pick([",", ", ", " ,\t"]));
      const clients = elements.map(([, client]) => client);
      assertEquals(
        clientIn(name, header),
        model(clients, (each) => each.startsWith("10.")),
        header,
      );
      const hops = random.below(6);
      assertEquals(
        clientIn(name, header, first(hops)),
        model(clients, (_, hop) => hop < hops),
        header,
      );
    }
  });

  Deno.test(`nothing that a client puts before ${name} changes what is found behind it`, () => {
    const random = new SeededRandom(12);
    const pieces = [
      '"',
      "\\",
      ",",
      ";",
      "=",
      "for=",
      "6.6.6.6",
      "10.0.0.9",
      " ",
      "[",
      "]",
      ":",
      "x",
      "\xa0",
    ];
    for (let i = 0; i < 5000; i++) {
      const garbage = random.several(random.below(12), () => random.pick(pieces)).join("");
      const added = random.several(random.below(3), () => randomElement(random, name)[0]);
      const proxies = [name === "forwarded" ? "for=192.0.2.1" : "192.0.2.1", ...added].join(", ");
      assertEquals(clientIn(name, `${garbage}, ${proxies}`), clientIn(name, proxies), garbage);
      // Never throws, not even where nothing comes after it.
      clientIn(name, garbage, () => true);
    }
  });
}

Deno.test("a long header is read in linear time, however it is made", () => {
  const makers: ((length: number) => string)[] = [
    (length) => ",".repeat(length),
    (length) => " ".repeat(length),
    (length) => '"'.repeat(length),
    (length) => '"' + "\\".repeat(length) + '"',
    (length) => '"' + '\\"'.repeat(length / 2) + '"',
    (length) => ',"'.repeat(length / 2),
    (length) => ";".repeat(length) + "x",
    (length) => "for=10.0.0.1" + ";a=b".repeat(length / 4),
    (length) => "[".repeat(length),
    (length) => ":".repeat(length),
  ];
  const length = 2_000_000;
  for (const name of ["x-forwarded-for", "forwarded"] as const) {
    // Without a clock: quadratic time would be many minutes for each of them.
    for (const make of makers) findClient(peer, name, make(length), () => true);
    const element = name === "forwarded" ? "for=10.0.0.1," : "10.0.0.1,";
    const all = `1.1.1.1,${element.repeat(length / element.length)}`.replace(/,$/, "");
    const header = name === "forwarded" ? `for=${all}` : all;
    assertEquals(clientIn(name, header), "1.1.1.1");
  }
});

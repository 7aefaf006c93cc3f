import { assert, assertEquals } from "@std/assert";
import {
  type CarriedClient,
  decodeMessage,
  encodeMessage,
  type Head,
  isBeginning,
  isFromOwner,
  nameFields,
  readClient,
  readName,
  toCarrier,
  toOwner,
} from "../../../src/carrying/exchange_messages.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const client: CarriedClient = {
  protocol: "xhr-streaming",
  url: "/echo/0/a/xhr_streaming?t=1",
  prefixLength: 5,
  headers: { "user-agent": "a\tb\u2028\n\u{1f600}" },
  remote: { address: "::1", port: undefined },
  local: { address: "127.0.0.1", port: 80 },
};
const name = { hash: "ab", number: 3, key: "key\n\0\u2028" };

Deno.test("messages are read as they were written", () => {
  const head: Head = [toOwner.receive, 7, ...nameFields(name), client];
  const message = decodeMessage(encodeMessage(head, "line\nline\n"));
  assert(message !== undefined);
  assertEquals(message.body, "line\nline\n");
  assertEquals(message.head.slice(0, 2), [toOwner.receive, 7]);
  assertEquals(readName(message.head), name);
  assertEquals(readClient(message.head), client);
  assertEquals(decodeMessage(encodeMessage(["taken", 7, 100])), {
    head: ["taken", 7, 100],
    body: "",
  });
});

Deno.test("a name without a key is read as such", () => {
  const head: Head = ["send", 7, ...nameFields({ ...name, key: undefined })];
  const message = decodeMessage(encodeMessage(head));
  assertEquals(readName(message!.head), { ...name, key: undefined });
});

Deno.test("the kinds of the two ends differ, and two of the carrier's begin an exchange", () => {
  const carriers = Object.values(toOwner);
  assertEquals(carriers.filter(isFromOwner), []);
  assertEquals(Object.values(toCarrier).filter((kind) => !isFromOwner(kind)), []);
  assertEquals(carriers.filter(isBeginning), ["send", "receive"]);
});

Deno.test("a client with a member of another kind is refused", () => {
  const wrong: Record<string, unknown[]> = {
    protocol: ["xhr", 1, null, "__proto__", "toString", ["xhr-polling"]],
    url: [undefined, 1, {}],
    prefixLength: ["5", 1.5, null, 1e300],
    headers: [null, "x", { a: 1 }, { a: null }],
  };
  for (const [member, values] of Object.entries(wrong)) {
    for (const value of values) {
      const head: Head = ["receive", 7, "ab", 3, null, { ...client, [member]: value }];
      assertEquals(readClient(head), undefined, `${member} ${value}`);
    }
  }
  for (const value of [undefined, null, 1, "x", [], [1]]) {
    assertEquals(readClient(["receive", 7, "ab", 3, null, value]), undefined);
  }
});

Deno.test("addresses that are none are left out", () => {
  for (const remote of [undefined, null, "::1", 1, {}, { address: 1 }, []]) {
    const head: Head = ["receive", 7, "ab", 3, null, { ...client, remote }];
    assertEquals(readClient(head)?.remote, undefined);
  }
});

/** The seed: `FUZZ_SEED=1234 deno test …`. */
const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 1e9);

/** Changes a text a little, or not so little. */
function damaged(random: SeededRandom, text: string): string {
  let result = text;
  for (let times = random.pick([1, 1, 2, 5]); times > 0; times--) {
    const at = random.below(result.length + 1);
    const odd = [
      "",
      "[",
      "]",
      "{",
      "}",
      '"',
      "null",
      "-1",
      "1e999",
      "\\",
      "\n",
      "\ud800",
      "0",
      ",",
    ];
    result = result.slice(0, at) + random.pick(odd) + result.slice(at + random.below(4));
  }
  return result;
}

Deno.test(`what is no valid message is refused and never throws, from seed ${seed}`, () => {
  const random = new SeededRandom(seed);
  const valid = [
    encodeMessage([toOwner.receive, 7, ...nameFields(name), client]),
    encodeMessage([toOwner.send, 8, ...nameFields(name)], '["a"]'),
    encodeMessage([toOwner.taken, 7, 100]),
    encodeMessage([toCarrier.frame, 7], "a[]"),
  ];
  let read = 0;
  for (let i = 0; i < 20_000; i++) {
    const message = decodeMessage(damaged(random, random.pick(valid)));
    if (message === undefined) continue;
    read++;
    const { head, body } = message;
    assert(typeof head[0] === "string" && Number.isSafeInteger(head[1]));
    assert(typeof body === "string");
    const found = readName(head);
    if (found !== undefined) {
      assert(typeof found.hash === "string" && typeof found.number === "number");
      assert(found.key === undefined || typeof found.key === "string");
    }
    const info = readClient(head);
    if (info === undefined) continue;
    assert(typeof info.url === "string" && Number.isSafeInteger(info.prefixLength));
    assert(Object.values(info.headers).every((value) => typeof value === "string"));
  }
  assert(read > 100, `only ${read} could be read at all`);
});

Deno.test("a head of more than a mebibyte is not read", () => {
  const long = JSON.stringify(["send", 1, "x".repeat(1024 * 1024)]);
  assertEquals(decodeMessage(`${long}\n`), undefined);
  assertEquals(decodeMessage(`["send",1]\n${long}`)?.body, long);
});

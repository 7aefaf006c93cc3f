import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  ClaimError,
  holderOf,
  otherVersion,
  readHolder,
  sessionHash,
  understoodHolder,
} from "../../../src/carrying/claim_value.ts";

const server = "0123456789abcdef".repeat(2);

Deno.test("a holder is read from the value of its claim", () => {
  for (const hasKey of [true, false]) {
    const holder = holderOf(server, 17, hasKey, "digest");
    assertEquals(readHolder(holder.value), holder);
    assertEquals(understoodHolder(holder.value), holder);
  }
});

Deno.test("a value of later versions is read if it still speaks this one", () => {
  const value = JSON.stringify([1, 3, server, 5, false, "digest", "more"]);
  assertEquals(readHolder(value), { server, number: 5, hasKey: false, options: "digest", value });
  const shorter = JSON.stringify([1, 1, server, 5, false]);
  assertEquals(readHolder(shorter)?.options, "");
  assertEquals(readHolder(JSON.stringify([2, 3, server, 5, false])), undefined);
  assertEquals(readHolder(JSON.stringify([0, 0, server, 5, false])), undefined);
});

Deno.test("other values are no claims", () => {
  const values = [
    ...["", "null", "{}", "[]", "[1,1", "1", '"text"', server],
    JSON.stringify([1, 1, server.slice(1), 5, false]),
    JSON.stringify([1, 1, server.toUpperCase(), 5, false]),
    JSON.stringify([1, 1, server, 5.5, false]),
    JSON.stringify([1, 1, server, "5", false]),
    JSON.stringify([1, 1, server, 5, 0]),
    JSON.stringify([null, [], server, 5]),
    JSON.stringify(["1", "1", server, 5, false]),
    JSON.stringify([1, 1, server, 5, false, 5]),
    JSON.stringify([1, 1, server, 5, false, "x".repeat(256)]),
    "[".repeat(100_000),
  ];
  for (const value of values) {
    assertEquals(readHolder(value), undefined, value);
    assertThrows(() => understoodHolder(value), ClaimError, "was not understood");
  }
  for (const value of ["[2,2]", "[2,3,null]", "[0,0]"]) {
    assertThrows(() => understoodHolder(value), ClaimError, otherVersion);
  }
});

Deno.test("the name of a session shows nothing of its id, and differs by prefix and id", () => {
  const names = [["/echo", "abc"], ["/ech", "oabc"], ["/echo", "abd"], ["", "/echoabc"]]
    .map(([prefix, id]) => sessionHash(prefix!, id!));
  assertEquals(new Set(names).size, 4);
  for (const name of names) assertEquals(/^[0-9a-f]{32}$/.test(name), true);
  assertEquals(sessionHash("/echo", "abc"), names[0]);
  assertNotEquals(sessionHash("1 ", ""), sessionHash("", "1 "));
});

/** What a request may say about its host. */

import { assertEquals } from "@std/assert";
import { isHost, isHostOrNone, isSentToHost } from "../../../src/http/host.ts";

const hosts = ["a", "a.example", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:80", "a_b-c~d"];
const others = [
  " ",
  "a/b",
  "a?b",
  "a#b",
  "user@a",
  "a:port",
  "a:99999",
  "[::1",
  "a b",
  "\u00e4",
  ":",
];

for (const host of hosts) {
  Deno.test(`${host} is a host, also when asked again`, () => {
    assertEquals([isHost(host), isHost(host)], [true, true]);
  });
}

for (const text of others) {
  Deno.test(`${JSON.stringify(text)} is no host, also after one that is`, () => {
    isHost("a.example");
    assertEquals([isHost(text), isHost(text), isHostOrNone(text)], [false, false, false]);
  });
}

Deno.test("a request without a host, or with an empty one, may be served", () => {
  for (const none of [null, undefined, ""]) assertEquals(isHostOrNone(none), true);
  assertEquals(isSentToHost(new Request("http://a/")), true);
});

Deno.test("a request with a path for a host may not be served", () => {
  const headers = new Headers({ Host: "a/echo/0/b/xhr_send?" });
  assertEquals(isSentToHost({ headers } as Request), false);
});

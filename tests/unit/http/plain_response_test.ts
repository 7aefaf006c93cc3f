/** A plain response becomes the Web's, and the application's responses are checked. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  checkSendable,
  checkStatus,
  isResponse,
  PlainResponse,
} from "../../../src/http/plain_response.ts";

Deno.test("a plain response becomes one with the same status, headers and body", async () => {
  const response = new PlainResponse(418, { "X-Own": "1" }, "tea").toResponse("GET");
  assertEquals([response.status, response.headers.get("X-Own")], [418, "1"]);
  assertEquals(await response.text(), "tea");
});

Deno.test("the response to HEAD has no body, and the length in bytes that GET would have", () => {
  const response = new PlainResponse(200, {}, "\u20ac").toResponse("HEAD");
  assertEquals([response.body, response.headers.get("Content-Length")], [null, "3"]);
});

Deno.test("a response of another class is one, and its likeness is not", () => {
  const other = { [Symbol.toStringTag]: "Response", status: 200, headers: new Headers() };
  assertEquals([new Response(), other].map(isResponse), [true, true]);
  const likenesses = [undefined, null, "Response", {}, { status: 200, headers: {} }];
  assertEquals(likenesses.filter(isResponse), []);
  assertEquals(isResponse({ [Symbol.toStringTag]: "Response" }), false);
});

Deno.test("a status outside 200 to 599 is a RangeError", () => {
  for (const status of [200, 304, 599]) checkStatus(status);
  for (const status of [0, 101, 199, 600, NaN]) assertThrows(() => checkStatus(status), RangeError);
});

Deno.test("a used body or a control character in a header is a TypeError", async () => {
  checkSendable(new Response("x", { headers: { "X-Own": "\u00e4" } }));
  const used = new Response("x");
  await used.text();
  assertThrows(() => checkSendable(used), TypeError, "already been used");
  const broken = new Response("x", { headers: { "X-Own": "a\x01b" } });
  assertThrows(() => checkSendable(broken), TypeError, "x-own");
  assertThrows(() => checkSendable(Response.error()), RangeError);
});

import { assertEquals } from "@std/assert";
import { decodeBody, decodeText } from "../../../src/protocol/payload.ts";

const nested = "[".repeat(100_000) + "]".repeat(100_000);

const notMessages = [
  "null",
  "true",
  "0",
  "{}",
  '{"0":"a","length":1}',
  '{"__proto__":["a"]}',
  "[1]",
  "[null]",
  '["a",1]',
  '["a",["b"]]',
  "[[]]",
  "[{}]",
];

const notJson = [
  "x",
  " ",
  "[",
  '["a"',
  '["a",]',
  "['a']",
  '"a',
  '["a"]x',
  "undefined",
  "NaN",
  "\ufeff[]",
  "[".repeat(100_000),
];

Deno.test("a body that is an array of strings gives its messages", () => {
  assertEquals(decodeBody('["a","","\\u2028"]'), ["a", "", "\u2028"]);
  assertEquals(decodeBody(' [ "a" , "b" ]\n'), ["a", "b"]);
});

Deno.test("a body that is an empty array is valid and means nothing", () => {
  assertEquals(decodeBody("[]"), []);
});

Deno.test("an empty body lacks a payload", () => {
  assertEquals(decodeBody(""), "Payload expected.");
});

Deno.test("a body that is JSON but no array of strings lacks a payload", () => {
  for (const text of [...notMessages, '"a single string"', '""']) {
    assertEquals(decodeBody(text), "Payload expected.", text);
  }
});

Deno.test("a body that is no JSON is broken", () => {
  for (const text of notJson) {
    assertEquals(decodeBody(text), "Broken JSON encoding.", text.slice(0, 20));
  }
});

Deno.test("a hundred thousand brackets are refused, not fatal", () => {
  assertEquals(typeof decodeBody(nested), "string");
  assertEquals(decodeText(nested), undefined);
});

Deno.test("a lone surrogate in a payload stays what it is", () => {
  assertEquals(decodeBody('["\\ud800"]'), ["\ud800"]);
});

Deno.test("a text frame is an array of strings or one string", () => {
  assertEquals(decodeText('["a","b"]'), ["a", "b"]);
  assertEquals(decodeText('"a"'), ["a"]);
  assertEquals(decodeText('""'), [""]);
});

Deno.test("an empty text frame and an empty array mean nothing", () => {
  assertEquals(decodeText(""), []);
  assertEquals(decodeText("[]"), []);
});

Deno.test("a text frame that is anything else is broken", () => {
  for (const text of [...notMessages, ...notJson]) {
    assertEquals(decodeText(text), undefined, text.slice(0, 20));
  }
});

Deno.test("a body of over 1 MiB that is no array of strings is refused without being parsed", () => {
  const longest = "[" + " ".repeat(1024 * 1024 - 3) + "1]";
  assertEquals(decodeBody(longest), "Payload expected.");
  assertEquals(decodeBody(longest + " "), "Broken JSON encoding.");
});

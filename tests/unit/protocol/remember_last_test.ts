import { assertEquals, assertThrows } from "@std/assert";
import { rememberLast } from "../../../src/protocol/remember_last.ts";

Deno.test("what is asked for in a row is made once, and anew after something else", () => {
  const made: string[] = [];
  const double = rememberLast((text: string) => {
    made.push(text);
    return text + text;
  });
  assertEquals(["a", "a", "b", "a"].map(double), ["aa", "aa", "bb", "aa"]);
  assertEquals(made, ["a", "b", "a"]);
});

Deno.test("a result of undefined is remembered as well", () => {
  let made = 0;
  const nothing = rememberLast((_: undefined) => void made++);
  nothing(undefined);
  nothing(undefined);
  assertEquals(made, 1);
});

Deno.test("a call that throws leaves the last result in place", () => {
  let made = 0;
  const parse = rememberLast((text: string): unknown => {
    made++;
    return JSON.parse(text);
  });
  assertEquals(parse("[]"), []);
  assertThrows(() => parse("["), SyntaxError);
  assertEquals([parse("[]"), made], [[], 2]);
});

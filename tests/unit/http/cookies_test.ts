import { assertEquals } from "@std/assert";
import { isFieldValue, stickyCookie } from "../../../src/http/cookies.ts";

Deno.test("a client gets its own cookie back, wherever it stands among others", () => {
  const headers = [
    "JSESSIONID=abc",
    "a=1; JSESSIONID=abc",
    "JSESSIONID=abc; a=1",
    "a=1;JSESSIONID=abc;b=2",
    "  JSESSIONID=abc  ",
    "XJSESSIONID=no; JSESSIONID=abc",
  ];
  for (const header of headers) {
    assertEquals(stickyCookie(header), "JSESSIONID=abc; path=/", header);
  }
});

Deno.test("a value of cookie-octets alone is kept as it is", () => {
  const value = "!#$%&'()*+-./0123456789:<=>?@AZ[]^_`az{|}~";
  assertEquals(stickyCookie(`JSESSIONID=${value}`), `JSESSIONID=${value}; path=/`);
});

Deno.test("without a cookie of that name, or with an empty one, the value is dummy", () => {
  for (const header of [null, "", "a=1", "jsessionid=abc", "JSESSIONID", "JSESSIONID="]) {
    assertEquals(stickyCookie(header), "JSESSIONID=dummy; path=/", String(header));
  }
});

Deno.test("a value with anything but cookie-octets becomes dummy", () => {
  for (const value of ["a b", '"abc"', "a,b", "a\\b", "é", "a\tb", "a\r\nX: y", "a\x7fb", "\x00"]) {
    assertEquals(stickyCookie(`JSESSIONID=${value}`), "JSESSIONID=dummy; path=/", value);
  }
});

Deno.test("a header value is a string without line ends, in Latin-1", () => {
  for (const value of ["", "a=1; path=/", "caf\u00e9", "\t"]) {
    assertEquals(isFieldValue(value), true, value);
  }
  for (const value of ["a\nb", "a\r", "\0", "\u20ac", "\x7f", null, undefined, 1, {}, ["a"]]) {
    assertEquals(isFieldValue(value), false, String(value));
  }
});

import { assertEquals } from "@std/assert";
import {
  allowMethods,
  allowOrigin,
  cacheForAYear,
  type ResponseHeaders,
} from "../../../src/http/headers.ts";
import { fakeTime } from "../../support/fake_time.ts";

function allowed(headers: HeadersInit): ResponseHeaders {
  const fields: ResponseHeaders = {};
  allowOrigin(fields, new Request("http://host/", { headers }));
  return fields;
}

Deno.test("without an Origin any origin is allowed, without credentials", () => {
  assertEquals(allowed({}), { "Access-Control-Allow-Origin": "*", "Vary": "Origin" });
});

Deno.test("an Origin is allowed by name, null included, with credentials", () => {
  for (const origin of ["http://page.example:8080", "null"]) {
    assertEquals(allowed({ Origin: origin }), {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Credentials": "true",
      "Vary": "Origin",
    });
  }
});

Deno.test("headers that are asked for are given back, an empty list is not", () => {
  assertEquals(
    allowed({ "Access-Control-Request-Headers": "a, b, c" })["Access-Control-Allow-Headers"],
    "a, b, c",
  );
  assertEquals(
    "Access-Control-Allow-Headers" in allowed({ "Access-Control-Request-Headers": "" }),
    false,
  );
});

Deno.test("what is cached expires in a year of 365 days", () => {
  using time = fakeTime();
  const fields: ResponseHeaders = {};
  cacheForAYear(fields);
  assertEquals(fields["Cache-Control"], "public, max-age=31536000");
  const expires = Date.parse(fields["Expires"]!);
  assertEquals(expires, Math.floor((time.now + 365 * 86400_000) / 1000) * 1000);
});

Deno.test("methods are allowed for a year", () => {
  const fields: ResponseHeaders = {};
  allowMethods(fields, "OPTIONS, POST");
  assertEquals(fields, {
    "Access-Control-Allow-Methods": "OPTIONS, POST",
    "Access-Control-Max-Age": "31536000",
    "Vary": "Origin, Access-Control-Request-Headers",
  });
});

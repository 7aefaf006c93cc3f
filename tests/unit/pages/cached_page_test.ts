/** A page that is cached for a year, and asked about by its tag. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { PlainResponse } from "../../../src/http/plain_response.ts";
import { cachedPage } from "../../../src/pages/cached_page.ts";
import type { Call } from "../../../src/routing/call.ts";

/** The response to a GET with that `If-None-Match`. */
function get(page: ReturnType<typeof cachedPage>, tag?: string): PlainResponse {
  const headers: Record<string, string> = tag === undefined ? {} : { "If-None-Match": tag };
  const request = new Request("http://a/page", { headers });
  const response = page.handlers.get("GET")!({ request } as Call);
  if (!(response instanceof PlainResponse)) throw new Error("Not a plain response");
  return response;
}

const page = cachedPage("text/html", "<p>", { "X-Own": "1" });
const tag = get(page).headers["ETag"]!;

Deno.test("a cached page has its type, a year to live, and its own headers", () => {
  const { status, headers, body } = get(page);
  assertEquals([status, body], [200, "<p>"]);
  assertEquals(headers["Content-Type"], "text/html");
  assertEquals(headers["Cache-Control"], "public, max-age=31536000");
  assertEquals(headers["X-Own"], "1");
});

Deno.test("a page that the client has is a 304 with its own headers, and without a body", () => {
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const { status, headers, body } = get(page, known);
    assertEquals([status, body, headers["X-Own"]], [304, null, "1"], known);
  }
});

Deno.test("a page of which the client has another version is sent", () => {
  assertEquals(get(page, `"other"`).status, 200);
});

Deno.test("the tag changes with the body and with the headers", () => {
  assertNotEquals(get(cachedPage("text/html", "<q>", { "X-Own": "1" })).headers["ETag"], tag);
  assertNotEquals(get(cachedPage("text/html", "<p>", { "X-Own": "2" })).headers["ETag"], tag);
});

import { assertEquals } from "@std/assert";
import { errorResponse, methodNotAllowed, notFound } from "../../../src/http/errors.ts";

Deno.test("an error is a line of plain text with the fields given", () => {
  const { status, headers: fields, body } = errorResponse(500, "Payload expected.", {
    "X-Field": "1",
  });
  assertEquals(status, 500);
  assertEquals(fields, { "X-Field": "1", "Content-Type": "text/plain; charset=UTF-8" });
  assertEquals(body, "Payload expected.");
});

Deno.test("not found is a 404 without a line break", () => {
  const { status, body } = notFound();
  assertEquals(status, 404);
  assertEquals(body?.includes("\n"), false);
});

Deno.test("a 405 lists the methods and has neither body nor content type", () => {
  const { status, headers: fields, body } = methodNotAllowed("GET, HEAD", {
    "Content-Type": "text/html",
  });
  assertEquals(status, 405);
  assertEquals(fields, { Allow: "GET, HEAD" });
  assertEquals(body, null);
});

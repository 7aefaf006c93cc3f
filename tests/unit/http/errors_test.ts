import { assertEquals } from "@std/assert";
import { errorResponse, methodNotAllowed, notFound } from "../../../src/http/errors.ts";

Deno.test("an error is a line of plain text with the fields given", async () => {
  const response = errorResponse(500, "Payload expected.", { "X-Field": "1" });
  assertEquals(response.status, 500);
  assertEquals(response.headers.get("Content-Type"), "text/plain; charset=UTF-8");
  assertEquals(response.headers.get("X-Field"), "1");
  assertEquals(await response.text(), "Payload expected.");
});

Deno.test("not found is a 404 without a line break", async () => {
  const response = notFound();
  assertEquals(response.status, 404);
  assertEquals((await response.text()).includes("\n"), false);
});

Deno.test("a 405 lists the methods and has neither body nor content type", () => {
  const response = methodNotAllowed("GET, HEAD", { "Content-Type": "text/html" });
  assertEquals(response.status, 405);
  assertEquals(response.headers.get("Allow"), "GET, HEAD");
  assertEquals(response.headers.has("Content-Type"), false);
  assertEquals(response.body, null);
});

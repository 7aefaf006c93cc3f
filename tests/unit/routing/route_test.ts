/** Routes, and the headers that responses have in common. */

import { assertEquals } from "@std/assert";
import { PlainResponse } from "../../../src/http/plain_response.ts";
import { route, streamed, unsniffed } from "../../../src/routing/route.ts";
import { serve } from "../../support/polling_client.ts";

Deno.test("a route lists its methods in the order in which they were given", () => {
  const respond = () => new PlainResponse(204, {}, null);
  const { allow, handlers } = route({ POST: respond, OPTIONS: respond });
  assertEquals(allow, "POST, OPTIONS");
  assertEquals(handlers.get("GET"), undefined);
});

Deno.test("headers are added to those that are there", () => {
  assertEquals(streamed(unsniffed({ a: "b" })), {
    "a": "b",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",
  });
});

/** The response to a preflight request. */
async function preflight(options: Parameters<typeof serve>[0]): Promise<Response> {
  const { server } = serve(options);
  return await server.handle(new Request("http://a/echo/0/b/xhr", { method: "OPTIONS" }));
}

Deno.test("a preflight is cached by all, and where there are cookies by its client alone", async () => {
  const kept = async (options: Parameters<typeof serve>[0]) =>
    (await preflight(options)).headers.get("Cache-Control");
  assertEquals(await kept({}), "public, max-age=31536000");
  assertEquals(await kept({ jsessionid: true }), "private, max-age=31536000");
  assertEquals(await kept({ jsessionid: () => undefined }), "private, max-age=31536000");
});

Deno.test("a preflight allows no methods where CORS is off", async () => {
  const allowed = async (options: Parameters<typeof serve>[0]) =>
    (await preflight(options)).headers.get("Access-Control-Allow-Methods");
  assertEquals([await allowed({}), await allowed({ disableCors: true })], ["OPTIONS, POST", null]);
});

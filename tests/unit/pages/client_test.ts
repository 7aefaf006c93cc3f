import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { serve } from "../../support/polling_client.ts";

const source = "var SockJS = '\u20ac';";

async function script(options: ServerOptions = {}, init: RequestInit = {}) {
  const { server } = serve({ serveClient: { source }, ...options });
  return await server.handle(new Request("http://host/echo/sockjs.min.js", init));
}

Deno.test("the client is a script that is cached for a year", async () => {
  const response = await script();
  assertEquals([response.status, await response.text()], [200, source]);
  assertEquals(response.headers.get("Content-Type"), "text/javascript; charset=UTF-8");
  assertEquals(response.headers.get("Cache-Control"), "public, max-age=31536000");
  assert(response.headers.has("Expires"));
  assertEquals(response.headers.has("Set-Cookie"), false);
});

Deno.test("a client that the browser has already is a 304 that pages of any origin may use", async () => {
  const tag = (await script()).headers.get("ETag")!;
  const response = await script({}, { headers: { "If-None-Match": tag } });
  assertEquals([response.status, response.body], [304, null]);
  assertEquals(response.headers.get("Access-Control-Allow-Origin"), "*");
  assertEquals(response.headers.has("Content-Type"), false);
});

Deno.test("another client has another ETag", async () => {
  const other = await script({ serveClient: { source: source + " " } });
  assertNotEquals(other.headers.get("ETag"), (await script()).headers.get("ETag"));
});

Deno.test("pages of any origin may check the client, and nothing of it depends on theirs", async () => {
  const { headers } = await script({}, { headers: { Origin: "http://other" } });
  assertEquals(headers.get("Access-Control-Allow-Origin"), "*");
  assertEquals([headers.has("Access-Control-Allow-Credentials"), headers.has("Vary")], [
    false,
    false,
  ]);
});

Deno.test("without CORS the client is there, for pages of this origin", async () => {
  const response = await script({ disableCors: true });
  assertEquals([response.status, await response.text()], [200, source]);
  assertEquals(response.headers.has("Access-Control-Allow-Origin"), false);
});

Deno.test("HEAD has the client's length without the client", async () => {
  const response = await script({}, { method: "HEAD" });
  const length = new TextEncoder().encode(source).byteLength;
  assertEquals(response.headers.get("Content-Length"), String(length));
  assertEquals(await response.text(), "");
});

Deno.test("other methods than GET and HEAD are not allowed", async () => {
  const response = await script({}, { method: "POST" });
  assertEquals([response.status, response.headers.get("Allow")], [405, "GET, HEAD"]);
});

Deno.test("without serveClient there is no client", async () => {
  assertEquals((await script({ serveClient: undefined })).status, 404);
});

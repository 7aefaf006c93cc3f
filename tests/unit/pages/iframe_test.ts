import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { serve } from "../../support/polling_client.ts";

const year = "public, max-age=31536000";

async function page(options: ServerOptions = {}, headers: HeadersInit = {}, method = "GET") {
  const { server } = serve(options);
  return await server.handle(new Request("http://host/echo/iframe.html", { method, headers }));
}

Deno.test("the iframe page loads the client and is cached for a year", async () => {
  const response = await page({ sockjsUrl: "/sockjs.js" });
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("Content-Type"), "text/html; charset=UTF-8");
  assertEquals(response.headers.get("Cache-Control"), year);
  for (const name of ["ETag", "Expires"]) assert(response.headers.has(name), name);
  for (const name of ["Last-Modified", "Set-Cookie", "X-Frame-Options"]) {
    assertEquals(response.headers.has(name), false, name);
  }
  assert((await response.text()).includes('<script src="/sockjs.js"></script>'));
});

Deno.test("the client's URL cannot leave its attribute", async () => {
  const html = await (await page({ sockjsUrl: `/a.js?b&c"><script>'` })).text();
  assert(html.includes('src="/a.js?b&amp;c&quot;&gt;&lt;script&gt;&#39;"'), html);
});

Deno.test("a function for the client's URL is called for each request of the page", async () => {
  let calls = 0;
  const { server } = serve({ sockjsUrl: () => `${++calls}"` });
  const request = () => new Request("http://host/echo/iframe.html");
  const [one, two] = [await server.handle(request()), await server.handle(request())];
  assert((await one.text()).includes('src="1&quot;"'));
  assert((await two.text()).includes('src="2&quot;"'));
  assertNotEquals(one.headers.get("ETag"), two.headers.get("ETag"));
});

Deno.test("a function for the client's URL that throws makes the page a 500", async () => {
  const mistake = new Error("from sockjsUrl");
  const sockjsUrl = () => {
    throw mistake;
  };
  const { server } = serve({ sockjsUrl });
  const errors: unknown[] = [];
  server.on("error", (error) => errors.push(error));
  const response = await server.handle(new Request("http://host/echo/iframe.html"));
  assertEquals([response.status, errors], [500, [mistake]]);
});

Deno.test("a function for the client's URL that rejects makes the page a 500", async () => {
  const mistake = new Error("from sockjsUrl");
  const sockjsUrl = () => Promise.reject(mistake) as unknown as string;
  const { server } = serve({ sockjsUrl });
  const errors: unknown[] = [];
  server.on("error", (error) => errors.push(error));
  const response = await server.handle(new Request("http://host/echo/iframe.html"));
  assertEquals([response.status, errors], [500, [mistake]]);
});

Deno.test("the page has another ETag for another client", async () => {
  const [one, two] = [await page({ sockjsUrl: "/1.js" }), await page({ sockjsUrl: "/2.js" })];
  assertNotEquals(one.headers.get("ETag"), two.headers.get("ETag"));
});

Deno.test("a page that the browser has already is a 304 with the headers of its caching", async () => {
  const tag = (await page()).headers.get("ETag")!;
  for (const sent of [tag, `W/${tag}`, `"x", ${tag}`, `"x",W/${tag},"y"`, "*"]) {
    const response = await page({}, { "If-None-Match": sent });
    assertEquals([response.status, response.body], [304, null], sent);
    assertEquals(response.headers.get("ETag"), tag);
    assertEquals(response.headers.get("Cache-Control"), year);
    assertEquals([response.headers.has("Expires"), response.headers.has("Content-Type")], [
      true,
      false,
    ]);
  }
});

Deno.test("a page that the browser has in another version is sent", async () => {
  const tag = (await page()).headers.get("ETag")!;
  for (const sent of ['"x"', tag.slice(1, -1), "", `"${tag}"`]) {
    assertEquals((await page({}, { "If-None-Match": sent })).status, 200, sent);
  }
});

Deno.test("HEAD has the page's headers and length without the page", async () => {
  const response = await page({}, {}, "HEAD");
  const length = new TextEncoder().encode(await (await page()).text()).byteLength;
  assertEquals(response.headers.get("Content-Length"), String(length));
  assertEquals(await response.text(), "");
});

Deno.test("without CORS there is no iframe page", async () => {
  assertEquals((await page({ disableCors: true })).status, 404);
});

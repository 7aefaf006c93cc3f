/**
 * Section 2: the stock client that the server itself serves, and what the iframe page may load.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

const path = "/with_client/sockjs.min.js";
const file = new URL("../../../node_modules/sockjs-client/dist/sockjs.min.js", import.meta.url);

async function integrity(script: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-384", new TextEncoder().encode(script));
  return `sha384-${new Uint8Array(digest).toBase64()}`;
}

fact("2", "the served client is the package's own file", async (server) => {
  const { status, body, header } = await server.get(path);
  assertEquals(status, 200);
  assertEquals(body, await Deno.readTextFile(file));
  assertEquals(header("content-type"), "text/javascript; charset=UTF-8");
});

fact("2", "the served client is there for pages of any origin", async (server) => {
  const headers: Record<string, string>[] = [{}, { Origin: "http://other" }, { Origin: "null" }];
  for (const sent of headers) {
    const { header } = await server.get(path, sent);
    assertEquals(header("access-control-allow-origin"), "*");
    assertEquals(header("access-control-allow-credentials"), undefined);
    assertEquals(header("vary"), undefined);
  }
});

fact("2", "the served client may be cached for a year", async (server) => {
  const { header } = await server.get(path, { Cookie: "JSESSIONID=abc" });
  assertEquals(header("cache-control"), "public, max-age=31536000");
  const days = (Date.parse(header("expires") ?? "") - Date.now()) / 86_400_000;
  assert(days > 363 && days < 367, header("expires"));
  assert(/^"[\x21\x23-\x7e]+"$/.test(header("etag") ?? ""), header("etag"));
  assertEquals(header("last-modified"), undefined);
  assertEquals(header("set-cookie"), undefined);
});

for (const method of ["GET", "HEAD"]) {
  fact("2", `${method} of the served client that the browser has is 304`, async (server) => {
    const connection = await server.connect();
    const whole = await connection.exchange({ path });
    const headers = { "If-None-Match": whole.header("etag") ?? "" };
    const response = await connection.exchange({ method, path, headers });
    assertEquals([response.status, response.body], [304, ""]);
    for (const name of ["etag", "cache-control", "access-control-allow-origin"]) {
      assertEquals(response.header(name), whole.header(name), name);
    }
    assertEquals(response.header("content-type"), undefined);
    // Nothing of a body follows, not even unannounced.
    assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
  });
}

fact("2", "HEAD of the served client is as GET without the body", async (server) => {
  const connection = await server.connect();
  const get = await connection.exchange({ path });
  const head = await connection.exchange({ method: "HEAD", path });
  assertEquals([head.status, head.body], [200, ""]);
  for (const name of ["content-type", "content-length", "cache-control", "etag"]) {
    assertEquals(head.header(name), get.header(name), name);
  }
  assertEquals((await connection.exchange({ path })).status, 200);
});

fact("2", "a served client has one name, with a query and a slash at most", async (server) => {
  for (const name of ["sockjs.min.js?v=1", "sockjs.min.js/"]) {
    assertEquals((await server.get(`/with_client/${name}`)).status, 200, name);
  }
  for (const name of ["sockjs.js", "sockjs.min.js.map", "SockJS.min.js", "a/sockjs.min.js"]) {
    assertEquals((await server.get(`/with_client/${name}`)).status, 404, name);
  }
});

fact("2", "no client is served where that is not asked for", async (server) => {
  for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
    assertEquals((await server.request({ method, path: "/echo/sockjs.min.js" })).status, 404);
  }
});

fact("2", "the iframe page loads the served client from beside itself", async (server) => {
  for (const prefix of ["/one_client", "/other_client"]) {
    const { body } = await server.get(`${prefix}/iframe.html`);
    assert(body.includes(`<script src="sockjs.min.js"></script>`), body);
    assertEquals((await server.get(`${prefix}/sockjs.min.js`)).status, 200);
  }
});

fact("2", "the iframe page checks the client that is served", async (server) => {
  const { body } = await server.get("/with_client/iframe.html");
  const hash = await integrity((await server.get(path)).body);
  const attributes = `integrity="${hash}" crossorigin="anonymous"`;
  assert(body.includes(`<script src="sockjs.min.js" ${attributes}></script>`), body);
});

fact("2", "the iframe page's policy allows its client, script and origin", async (server) => {
  const page = "/with_client/iframe.html";
  const whole = await server.get(page);
  const policy = whole.header("content-security-policy") ?? "none";
  const script = /<script>([^]*)<\/script>/.exec(whole.body)?.[1];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  const hash = `'sha256-${new Uint8Array(digest).toBase64()}'`;
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    `script-src ${hash} 'self'`,
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  const tag = whole.header("etag") ?? "";
  const again = await server.get(page, { "If-None-Match": tag });
  assertEquals([again.status, again.header("content-security-policy")], [304, policy]);
});

fact("2", "an iframe page without a policy has another tag", async (server) => {
  const echo = await server.get("/echo/iframe.html");
  assertEquals(echo.header("content-security-policy"), undefined);
  const own = await server.get("/with_client/iframe.html");
  assertNotEquals(own.header("etag"), echo.header("etag"));
});

fact("2", "only the iframe page has a policy", async (server) => {
  for (const page of ["", "/info", "/sockjs.min.js", "/000/ID/htmlfile?c=x", "/iframe"]) {
    const request = { path: `/with_client${page.replace("ID", server.newId())}` };
    const { header } = await server.begin(request);
    assertEquals(header("content-security-policy"), undefined, page);
  }
});

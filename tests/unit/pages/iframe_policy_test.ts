import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { iframePolicy, iframeScriptHash } from "../../../src/pages/iframe_policy.ts";
import { serve } from "../../support/polling_client.ts";

async function page(options: ServerOptions = {}, headers: HeadersInit = {}) {
  const { server } = serve(options);
  return await server.handle(new Request("http://host/echo/iframe.html", { headers }));
}

Deno.test("the script's hash is that of the script in the page, whatever the options", async () => {
  const build = { source: "x", integrity: "sha256-eA==" };
  for (const options of [{}, { serveClient: build, sockjsIntegrity: true } as const]) {
    const html = await (await page(options)).text();
    const script = /<script>([^]*)<\/script>/.exec(html)?.[1];
    const bytes = new TextEncoder().encode(script);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assertEquals(iframeScriptHash, `sha256-${digest.toBase64()}`);
  }
});

Deno.test("the page has no policy unless it is asked for", async () => {
  const { headers } = await page();
  assertEquals(headers.has("Content-Security-Policy"), false);
});

Deno.test("the policy allows the page's script, its client and its origin", async () => {
  const { headers } = await page({ sockjsUrl: "/sockjs.js", contentSecurityPolicy: true });
  assertEquals(headers.get("Content-Security-Policy")?.split("; "), [
    "default-src 'none'",
    `script-src '${iframeScriptHash}' 'self'`,
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

/** The client's URL, and how a policy names it. */
const sources: readonly [url: string, source: string][] = [
  ["sockjs.min.js", "'self'"],
  ["/sockjs.js?v=1", "'self'"],
  ["https://cdn.example/a@1/b.js", "https://cdn.example/a@1/b.js"],
  ["HTTPS://CDN.example:8443/b.js?v=1#x", "https://cdn.example:8443/b.js"],
  ["http://user:secret@cdn.example/b.js", "http://cdn.example/b.js"],
  ["//cdn.example:81/b.js", "cdn.example:81/b.js"],
  ["https://cdn.example/a;b,c d'e\u20ac.js", "https://cdn.example/a%3Bb%2Cc%20d'e%E2%82%AC.js"],
  ["https://\u20ac.example", "https://xn--lzg.example/"],
];

for (const [url, source] of sources) {
  Deno.test(`the policy names the client ${url} as ${source}`, () => {
    const scripts = /script-src '[^']*' (.*?); /.exec(iframePolicy(url))?.[1];
    assertEquals(scripts, source);
  });
}

Deno.test("a 304 has the policy, and a page without it another ETag", async () => {
  const { headers } = await page({ contentSecurityPolicy: true });
  const tag = headers.get("ETag")!;
  const again = await page({ contentSecurityPolicy: true }, { "If-None-Match": tag });
  const policy = "Content-Security-Policy";
  assertEquals([again.status, again.headers.get(policy)], [304, headers.get(policy)]);
  assertNotEquals((await page()).headers.get("ETag"), tag);
});

Deno.test("the page checks the client's integrity only if the option is set", async () => {
  const integrity = "sha384-eA==";
  const checked = await (await page({ sockjsUrl: "/a.js", sockjsIntegrity: integrity })).text();
  const attributes = `integrity="${integrity}" crossorigin="anonymous"`;
  assertMatch(checked, new RegExp(`<script src="/a.js" ${attributes}></script>`));
  const unchecked = await (await page({ sockjsUrl: "/a.js" })).text();
  assertMatch(unchecked, /<script src="\/a.js"><\/script>/);
});

/** Section 2: the page that the client loads into an iframe. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

function page(src: string): string {
  return [
    `<!DOCTYPE html>`,
    `<html>`,
    `<head>`,
    `  <meta http-equiv="X-UA-Compatible" content="IE=edge" />`,
    `  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />`,
    `  <script src="${src}"></script>`,
    `  <script>`,
    `    document.domain = document.domain;`,
    `    SockJS.bootstrap_iframe();`,
    `  </script>`,
    `</head>`,
    `<body>`,
    `  <h2>Don't panic!</h2>`,
    `  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>`,
    `</body>`,
    `</html>`,
  ].join("\n");
}

const byDefault = page("https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js");

const names = [
  ...["/iframe.html", "/iframe-a.html", "/iframe-.html", "/iframe0.html", "/iframe_.html"],
  ...["/iframe-1.6.1.html", "/iframe-0.3.2abc-dirty.2144.html", "/iframez.html", "/iframe..html"],
  ...["/iframe.html.html", "/iframe.html/", "/iframe-1.6.1.html/", "/iframe-9-_.z.html"],
  ...["/iframe.html?t=123", "/iframe-a.html?t=1/2.3", "/iframe.html?", "/iframe.html/?x=.htm"],
];

const otherNames = [
  ...["/iframe.htm", "/iframe", "/IFRAME.HTML", "/iframe.HTML", "/iframe.xml", "/iframe-/.html"],
  ...["/iframe.html//", "/iframe-A.html", "/iframehtml", "/iframe%2d.html", "/iframe~.html"],
  ...["/iframe.html.", "/iframe.htmlx", "/xiframe.html", "/ifram.html", "/iframe-a+b.html"],
  ...[
    "/iframe-\u00e9.html",
    "/iframe%0A.html",
    "/iframe.html/a",
    "/a/iframe.html",
    "/-iframe.html",
  ],
];

for (const name of names) {
  fact("2", `${name} is the iframe page`, async (server) => {
    const { status, body, header } = await server.get(`/echo${name}`);
    assertEquals([status, body], [200, byDefault]);
    assertEquals(header("content-type"), "text/html; charset=UTF-8");
  });
}

for (const name of otherNames) {
  fact("2", `${name} is no iframe page`, async (server) => {
    const { status } = await server.get(`/echo${name}`);
    // Node refuses a path that is not ASCII before we see it.
    assertEquals(status, status === 400 && /[^\0-\x7f]/.test(name) ? 400 : 404);
  });
}

fact("2", "the iframe page loads the client from sockjsUrl, escaped", async (server) => {
  const { body } = await server.get("/client_elsewhere/iframe.html");
  const src = body.match(/src="([^"]*)"/)?.[1] ?? "";
  assertEquals(body, page(src));
  assertEquals(/[<>']/.test(src), false);
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  const url = src.replace(/&([^;]*);/g, (_, name) => characters[name] ?? "(unknown)");
  assertEquals(url, `/sockjs.js?a=1&b="<c>"&d='e'`);
});

fact("2", "the iframe page may be cached for a year", async (server) => {
  for (const service of ["/echo", "/cookie_needed_echo"]) {
    const { header } = await server.get(`${service}/iframe.html`, { Cookie: "JSESSIONID=abc" });
    assertEquals(header("cache-control"), "public, max-age=31536000");
    assert(inAYear(header("expires")), header("expires"));
    assert(/^(W\/)?"[\x21\x23-\x7e]+"$/.test(header("etag") ?? ""), header("etag"));
    assertEquals(header("last-modified"), undefined);
    assertEquals(header("set-cookie"), undefined);
  }
});

function inAYear(date = "never"): boolean {
  const days = (Date.parse(date) - Date.now()) / 86_400_000;
  return days > 363 && days < 367;
}

fact("2", "the iframe page's tag is that of its contents", async (server) => {
  const tag = async (path: string) => (await server.get(path)).header("etag");
  assertEquals(await tag("/echo/iframe.html"), await tag("/echo/iframe-1.6.1.html?t=1"));
  assertEquals(await tag("/echo/iframe.html"), await tag("/close/iframe.html"));
  assertNotEquals(await tag("/echo/iframe.html"), await tag("/client_elsewhere/iframe.html"));
});

/** Makes `If-None-Match` of a tag, and says whether it matches. */
const conditions: readonly [of: (tag: string) => string, matches: boolean][] = [
  [(tag) => tag, true],
  [(tag) => `W/${tag}`, true],
  [(tag) => `"x", ${tag}`, true],
  [(tag) => `"x",W/${tag},"y"`, true],
  [(tag) => `"x" , ${tag} , "y"`, true],
  [(tag) => `, ${tag}`, true],
  [() => "*", true],
  [() => `"x"`, false],
  [() => `W/"x"`, false],
  [() => `"x", "y"`, false],
  [() => "", false],
  [() => `""`, false],
  [(tag) => tag.slice(1, -1), false],
  [(tag) => tag.toUpperCase().replace(/"$/, ` "`), false],
  [(tag) => tag.replace(/"$/, `0"`), false],
];

for (const [of, matches] of conditions) {
  for (const method of ["GET", "HEAD"]) {
    const status = matches ? 304 : 200;
    fact("2", `${method} with If-None-Match: ${of(`"TAG"`)} is ${status}`, async (server) => {
      const connection = await server.connect();
      const path = "/echo/iframe.html";
      const whole = await connection.exchange({ path });
      const headers = { "If-None-Match": of(whole.header("etag") ?? "") };
      const response = await connection.exchange({ method, path, headers });
      assertEquals(response.status, status);
      for (const name of ["etag", "cache-control"]) {
        assertEquals(response.header(name), whole.header(name));
      }
      assert(inAYear(response.header("expires")));
      assertEquals(response.header("last-modified"), undefined);
      const type = matches ? undefined : "text/html; charset=UTF-8";
      assertEquals(response.header("content-type"), type);
      assertEquals(response.body, matches || method === "HEAD" ? "" : byDefault);
      // Nothing of a body follows, not even unannounced.
      assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
    });
  }
}

fact("2", "HEAD of the iframe page is as GET without the body", async (server) => {
  const connection = await server.connect();
  const path = "/echo/iframe.html";
  const get = await connection.exchange({ path });
  const head = await connection.exchange({ method: "HEAD", path });
  assertEquals(head.status, 200);
  for (const name of ["content-type", "content-length", "cache-control", "etag"]) {
    assertEquals(head.header(name), get.header(name), name);
  }
  assertEquals((await connection.exchange({ path })).status, 200);
});

fact("2", "a compressed iframe page's tag is known again", async (server) => {
  const path = "/echo/iframe.html";
  // Compressed or not is the runtime's affair; only the head is read.
  const { status, header } = await server.begin({ path, headers: { "Accept-Encoding": "gzip" } });
  assertEquals(status, 200);
  const again = await server.get(path, { "If-None-Match": header("etag") ?? "" });
  assertEquals(again.status, 304);
});

fact("2", "with CORS disabled there is no iframe page", async (server) => {
  for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
    const path = "/without_cors/iframe.html";
    assertEquals((await server.request({ method, path })).status, 404);
  }
});

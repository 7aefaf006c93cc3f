import { assertEquals } from "@std/assert";
import { route } from "../../../src/routing/route.ts";
import { pathOf, Router } from "../../../src/routing/router.ts";

const greeting = route({});
const iframe = route({});
const info = route({});
const websocket = route({});
const xhr = route({});
const pages = new Map([["info", info], ["websocket", websocket]]);
const endpoints = new Map([["xhr", xhr], ["websocket", websocket]]);
const router = new Router({ greeting, iframe, pages, endpoints });

function pathIn(url: string): string {
  const { start, end } = pathOf(url);
  return url.slice(start, end);
}

Deno.test("the path of a URL begins after its host and ends before its query", () => {
  assertEquals(pathIn("http://host/echo/info"), "/echo/info");
  assertEquals(pathIn("http://h/"), "/");
  assertEquals(pathIn("https://h/x"), "/x");
  assertEquals(pathIn("http://[::1]:8081/x/"), "/x/");
  assertEquals(pathIn("http://host/a?b=/c/d"), "/a");
  assertEquals(pathIn("http://host/?/a"), "/");
  assertEquals(pathIn("http://host/a%3Fb"), "/a%3Fb");
});

Deno.test("a bare path, as Bun gives it, is all path", () => {
  assertEquals(pathIn("/echo/info"), "/echo/info");
  assertEquals(pathIn("/"), "/");
  assertEquals(pathIn("/x?y=/z"), "/x");
  assertEquals(pathIn("//host/x"), "//host/x");
});

Deno.test("what follows the prefix finds its route, with one extra slash or none", () => {
  for (const slash of ["", "/"]) {
    assertEquals(router.find(slash)?.route, greeting);
    assertEquals(router.find("/info" + slash)?.route, info);
    assertEquals(router.find("/websocket" + slash)?.route, websocket);
    assertEquals(router.find("/iframe-1.2.html" + slash)?.route, iframe);
    assertEquals(router.find("/a/b/xhr" + slash)?.route, xhr);
    assertEquals(router.find("/a/b/websocket" + slash)?.route, websocket);
  }
});

Deno.test("a session is named by the second segment, as it stands in the path", () => {
  assertEquals(router.find("/a/b/xhr")?.sessionId, "b");
  assertEquals(
    router.find("/abcdefgh_i-j%20/abcdefg_i-j%20/xhr")?.sessionId,
    "abcdefg_i-j%20",
  );
  assertEquals(router.find("/info")?.sessionId, "");
});

Deno.test("what does not follow the pattern of a path is not found", () => {
  const unknown = [
    "//",
    "///",
    "/x",
    "/info//",
    "/a/info",
    "/a/",
    "/a/b",
    "/a/b/",
    "/a/b/c",
    "/a/b/xhr//",
    "/a/b/xhr/c",
    "/a/b/c/xhr",
    "//b/xhr",
    "/a//xhr",
    "///xhr",
    "/a./b/xhr",
    "/.a/b/xhr",
    "/a/b./xhr",
    "/a/.b/xhr",
    "/./b/xhr",
    "/a/../xhr",
    "/a/b/XHR",
    "/a/b/xhr.",
    "/a/b/info",
    "/xhr",
  ];
  for (const rest of unknown) {
    assertEquals(router.find(rest), undefined, rest);
  }
});

const iframeNames = ["iframe.html", "iframe-a.html", "iframe0_1.2-x.html", "iframe.html.html"];
const otherNames = [
  "iframe.htm",
  "iframe",
  "IFRAME.HTML",
  "iframe.HTML",
  "iframe.xml",
  "iframe-A.html",
  "iframe%20.html",
  "xiframe.html",
  "iframe.htmlx",
];

Deno.test("the iframe page answers to iframe, lower-case words and .html", () => {
  for (const name of iframeNames) assertEquals(router.find(`/${name}`)?.route, iframe, name);
  for (const name of otherNames) assertEquals(router.find(`/${name}`), undefined, name);
  assertEquals(router.find("/iframe-/.html"), undefined);
});

Deno.test("without an iframe page its names are not found", () => {
  const without = new Router({ greeting, pages, endpoints });
  for (const name of iframeNames) assertEquals(without.find(`/${name}`), undefined, name);
});

Deno.test("a path begins behind the host, whatever the scheme, and not behind a query", () => {
  for (
    const [url, start, end] of [
      ["http://x?/echo", 8, 8],
      ["http://example?/echo?", 14, 14],
      ["http://x#/echo", 8, 14],
      ["http://x", 8, 8],
      ["https://x/echo", 9, 14],
      // As the target of a request may be written, and runtimes may leave it.
      ["ftp://x/a/echo", 7, 14],
      ["abcdefgh://x/a/echo", 12, 19],
      ["http:////echo", 7, 13],
      ["http://x/echo?/a", 8, 13],
      ["/echo?/a", 0, 5],
    ] as const
  ) {
    assertEquals(pathOf(url), { start, end }, url);
  }
});

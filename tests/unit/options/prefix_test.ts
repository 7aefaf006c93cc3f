import { assertEquals, assertThrows } from "@std/assert";
import { prefixMatcher } from "../../../src/options/prefix.ts";

/** How much of each path a prefix takes. */
const prefixes: [string | RegExp, Record<string, number>][] = [
  ["", { "": 0, "/": 0, "/info": 0, "/a/b/xhr": 0 }],
  ["/", { "": 0, "/": 0, "/info": 0 }],
  ["/echo", {
    "/echo": 5,
    "/echo/": 5,
    "/echo/info": 5,
    "/echofoo": -1,
    "/ech": -1,
    "/x/echo": -1,
    "/ECHO": -1,
    "/": -1,
    "": -1,
  }],
  ["/echo/", { "/echo": 5, "/echo/info": 5, "/echofoo": -1 }],
  ["/a/b", { "/a/b/info": 4, "/a/bc": -1, "/a": -1 }],
  ["/v1.0", { "/v1.0/info": 5, "/v1x0/info": -1 }],
  ["[/]echo", { "/echo/info": 5, "/echofoo": -1, "/x/echo": -1, "/e": -1 }],
  ["[/]echo/", { "/echo": 5, "/echo/info": 5 }],
  ["/(a|b)", { "/a/info": 2, "/b": 2, "/c": -1, "/ab": -1, "/x/a": -1 }],
  ["/a|/bc", { "/a/x": 2, "/bc/x": 3, "/b": -1, "/x/bc": -1 }],
  ["/u[0-9]+", { "/u12/info": 4, "/u12x/info": -1, "/u": -1 }],
  [/\/echo/, { "/echo": 5, "/echo/info": 5, "/echofoo": -1, "/x/echo": -1 }],
  [/^\/echo/, { "/echo/info": 5, "/x/echo": -1 }],
  [/\/echo/i, { "/ECHO/info": 5 }],
  [/\/echo/g, { "/echo/info": 5 }],
  [/\/echo/y, { "/echo/info": 5 }],
  [/\/echo/m, { "/echo/info": 5, "/x\n/echo/info": -1 }],
  [/\/a|\/b/, { "/a/info": 2, "/b/info": 2, "/x/b": -1 }],
  [/^\/echo\//, { "/echo": 5, "/echo/": 5, "/echo/info": 5, "/echofoo": -1, "/x/echo/": -1 }],
  [/\/echo\//g, { "/echo": 5, "/echo/info": 5 }],
  [/\/ECHO\//iu, { "/echo": 5, "/echo/info": 5 }],
  [/^\/echo$/, { "/echo": 5, "/echo/": 5, "/echo/info": 5, "/echofoo": -1 }],
  [/^\/echo\/$/, { "/echo": 5, "/echo/": 5, "/echo/info": 5, "/echofoo": -1 }],
  [/^\/echo\/?$/, { "/echo": 5, "/echo/": 5, "/echo/info": 5, "/echofoo": -1 }],
  [/^\/echo(\/|$)/, { "/echo": 5, "/echo/": 5, "/echo/info": 5, "/echofoo": -1 }],
  [/^\/echo(?=\/|$)/, { "/echo": 5, "/echo/info": 5, "/echofoo": -1 }],
  [/(\/a\/|\/b\/)/, { "/a": 2, "/a/info": 2, "/b/": 2, "/ab": -1 }],
  [/^(\/a$|\/b\/c$)/, { "/a": 2, "/a/info": 2, "/b/c": 4, "/b": -1 }],
  [/\/(?!admin$)\w+/, { "/a/info": 2, "/admins/info": 7, "/admin/info": -1, "/admin": -1 }],
  [/\/echo(?!\/)/, { "/echo": 5 }],
  [/\/[a$]\/\$/, { "/$/$/info": 4, "/a/$": 4 }],
  [/\/[[a-z$]--[b]]+\//v, { "/a": 2, "/$a/info": 3, "/b": -1 }],
  ["^/echo/$", { "/echo": 5, "/echo/info": 5 }],
  ["/(a|b)/", { "/a": 2, "/b/info": 2, "/ab": -1 }],
  [/\//, { "/": 0, "/info": 0, "": 0 }],
  [/\/.*\//, { "/a/b": 2, "/a/b/": 4 }],
  [/\/café?/, { "/caf": 4, "/caf%C3%A9/info": 10 }],
  ["/(caf\u00e9|my chat)", { "/caf%C3%A9/info": 10, "/my%20chat": 10 }],
  [/\/😀+\/x/u, { "/%F0%9F%98%80/x": 15 }],
  [/(?:)/, { "/info": 0, "": 0 }],
];

for (const [prefix, paths] of prefixes) {
  const shown = typeof prefix === "string" ? JSON.stringify(prefix) : prefix;
  Deno.test(`the prefix ${shown} takes its paths up to a segment's end`, () => {
    const match = prefixMatcher(prefix);
    // Twice, for expressions that remember where they stopped.
    for (const round of [1, 2]) {
      for (const [path, taken] of Object.entries(paths)) {
        assertEquals(match(path), taken, `${path}, round ${round}`);
      }
    }
  });
}

Deno.test("a prefix that is no valid pattern is a TypeError that names it", () => {
  for (const prefix of ["/(a", "/a)(b", "*"]) {
    assertThrows(() => prefixMatcher(prefix), TypeError, `prefix ${prefix} is`);
  }
});

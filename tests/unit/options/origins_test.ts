/** What the server advises to write in the place of wrong origins. */

import { assertEquals, assertThrows } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { readOptions } from "../../../src/options/settings.ts";

function read(given: Record<string, unknown>) {
  return readOptions(given as ServerOptions);
}

/** Values, and what to write in their place. */
const advice: readonly [value: unknown, advice: string][] = [
  [["https://example.com/"], 'write "https://example.com", without a slash at the end'],
  [["null", "example.com"], 'write "https://example.com", with https:// or http://'],
  [["localhost:3000/"], 'write "https://localhost:3000", with https:// or http://'],
  ["https://example.com", 'write ["https://example.com"]'],
  ["example.com", 'write "https://example.com", with https:// or http://'],
  [["*"], 'write "*", without a list'],
  [["https://*.a.example"], "write a RegExp, /https:\\/\\/[^/]+\\.a\\.example/"],
  [["*.a.example/"], "write a RegExp, /https:\\/\\/[^/]+\\.a\\.example/"],
  [["HTTPS://A.example"], 'write "https://a.example", as browsers send it'],
  [["https://a:443"], 'write "https://a", as browsers send it'],
  [["https://a/b"], 'write "https://a", as browsers send it'],
  [/\.example\.com$/, "include the scheme, as in /https:"],
];

for (const [value, expected] of advice) {
  Deno.test(`origins: ${Deno.inspect(value)} is told to ${expected}`, () => {
    const { message } = assertThrows(() => read({ origins: value }), TypeError);
    assertEquals(message.split(": ").slice(2).join(": ").includes(expected), true, message);
  });
}

Deno.test("advice is taken by the option that gave it", () => {
  for (const origins of [["https://*.a.example"], ["*.a.example/"]]) {
    const { message } = assertThrows(() => read({ origins }), TypeError);
    const source = /write a RegExp, \/(.*)\/$/.exec(message)?.[1] ?? "";
    read({ origins: new RegExp(source) });
    assertEquals(new RegExp(`^${source}$`).test("https://b.a.example"), true);
  }
});

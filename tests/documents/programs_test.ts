/** Documents show programs as they are in files. */

import { assertEquals } from "@std/assert";
import { documents, root } from "./document.ts";

/** Documents, and the files that their first blocks of JavaScript are. */
const shown: Readonly<Record<string, readonly string[]>> = {
  // After them comes a configuration, which tests/replaced_sockjs/dev_server_projects.ts reads.
  "examples/sockjs_node/README.md": ["before.cjs", "after.cjs", "web_api.mjs"],
  "examples/coming_from/ws.md": ["ws/before.mjs", "ws/after.mjs"],
  "examples/coming_from/socket_io.md": [
    "socket_io/before.mjs",
    "socket_io/after.mjs",
    "socket_io/page.js",
  ],
};

for (const [path, programs] of Object.entries(shown)) {
  Deno.test(`${path} shows its programs as they are`, async () => {
    const blocks = documents.get(path)!.blocks
      .filter(({ language }) => language === "js").map(({ text }) => text);
    const files = programs.map((name) => new URL(name, new URL(path, root)));
    const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
    assertEquals(blocks.slice(0, programs.length), texts.map((text) => text.trimEnd()));
  });
}

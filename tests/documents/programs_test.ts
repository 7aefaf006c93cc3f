/** Documents show programs as they are in files. */

import { assertEquals } from "@std/assert";
import { documents, root } from "./document.ts";

Deno.test("the guide from sockjs-node shows its programs as they are", async () => {
  const folder = new URL("examples/sockjs_node/", root);
  const shown = documents.get("examples/sockjs_node/README.md")!.blocks
    .filter(({ language }) => language === "js").map(({ text }) => text);
  const programs = ["before.cjs", "after.cjs", "web_api.mjs"];
  const texts = await Promise.all(programs.map((name) => Deno.readTextFile(new URL(name, folder))));
  // After them comes a configuration, which tests/replaced_sockjs/dev_server_projects.ts reads.
  assertEquals(shown.slice(0, programs.length), texts.map((text) => text.trimEnd()));
});

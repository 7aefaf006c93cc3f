/** Documents show programs as they are in files. */

import { assertEquals } from "@std/assert";
import { documents, root } from "./document.ts";

Deno.test("the guide from sockjs-node shows its programs as they are", async () => {
  const folder = new URL("examples/sockjs_node/", root);
  const shown = documents.get("examples/sockjs_node/README.md")!.blocks
    .filter(({ language }) => language === "js").map(({ text }) => text);
  const programs = ["before.cjs", "after.cjs", "web_api.mjs"];
  const texts = await Promise.all(programs.map((name) => Deno.readTextFile(new URL(name, folder))));
  assertEquals(shown, texts.map((text) => text.trimEnd()));
});

/** What documents refer to exists: links, headings, files, and tasks. */

import { assert, assertEquals } from "@std/assert";
import { documents, root } from "./document.ts";

/** Code in documents that looks like a path and is none of this project's. */
const notOurs: readonly string[] = [
  // A user's own files.
  "app.ts",
  "server.mjs",
  "results.json",
  "chart.svg",
  "soak/",
  // What a server serves.
  "sockjs.min.js",
  // Files of other packages.
  "package.json",
  "sockjs/package.json",
];

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch {
    return false;
  }
}

Deno.test("every link in a document leads to a file, and to a heading where it names one", async () => {
  const broken: string[] = [];
  for (const document of documents.values()) {
    for (const link of document.links) {
      if (/^[a-z]+:/.test(link)) continue;
      const target = new URL(link, document.url);
      const anchor = target.hash.slice(1);
      target.hash = "";
      const path = target.href.slice(root.href.length);
      const isThere = await exists(target) &&
        (anchor === "" || documents.get(path)?.anchors.has(anchor) === true);
      if (!isThere) broken.push(`${document.path}: ${link}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("every path that a document names is that of a file or a folder", async () => {
  const looksLikePath = /^[\w@.-]+(?:\/[\w@.-]+)*(?:\.(?:ts|js|c|md|json|svg|cjs|mjs|yml)|\/)$/;
  const wrong: string[] = [];
  let count = 0;
  for (const document of documents.values()) {
    // It tells of files that were there once.
    if (document.path === "CHANGELOG.md") continue;
    for (const code of document.codeSpans) {
      if (!looksLikePath.test(code) || notOurs.includes(code)) continue;
      count++;
      const places = [new URL(code, document.url), new URL(code, root)];
      const found = await Promise.all(places.map(exists));
      if (!found.includes(true)) wrong.push(`${document.path}: ${code}`);
    }
  }
  assert(count > 50, `only ${count} paths were looked at`);
  assertEquals(wrong, []);
});

Deno.test("every task that a document names is in deno.json, and every example exists", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const unknown: string[] = [];
  let count = 0;
  for (const { path, text } of documents.values()) {
    for (
      const [command, task = "", example] of text.matchAll(
        /deno(?:@[\d.]+)? task ([\w:-]+)(?: ([a-z]\w*))?/g,
      )
    ) {
      count++;
      const isThere = Object.hasOwn(tasks, task) &&
        (task !== "example" || await exists(new URL(`examples/${example}/main.ts`, root)));
      if (!isThere) unknown.push(`${path}: ${command}`);
    }
  }
  assert(count > 20, `only ${count} commands were looked at`);
  assertEquals(unknown, []);
});

Deno.test("the README has no more than 1,600 words besides code and tables", () => {
  const lines = documents.get("README.md")!.prose.replace(/\]\([^)]*\)/g, "]").split("\n");
  const words = lines.filter((line) => !line.startsWith("|")).join(" ").split(/\s+/).length;
  assert(words <= 1600, `it has ${words}`);
});

/** Documents and docstrings, as the package for npm has them. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { packagedDocument } from "../../scripts/npm_package/documents.ts";
import { npm } from "../../scripts/npm_package/project.ts";
import { readSources } from "../../scripts/npm_package/stamp.ts";
import { repository } from "../../scripts/npm_package/repository.ts";
import { nodePackage } from "../../scripts/node_programs.ts";

const files = new Set(["README.md", "CHANGELOG.md", "src/options/README.md"]);
const isPackaged = (path: string) => files.has(path);
const address = "https://git.example/someone/sockjs-web";

/** A document of a package without an address, and of one with it. */
function packaged(text: string, path = "README.md"): [unset: string, set: string] {
  const of = (repository: string | undefined) =>
    packagedDocument(path, text, { isPackaged, repository });
  return [of(undefined), of(address)];
}

function stays(text: string, path?: string): void {
  assertEquals(packaged(text, path), [text, text]);
}

Deno.test("links to what the package has stay, and so do those to elsewhere", () => {
  stays("[changes](CHANGELOG.md), [all options](src/options/README.md#all)");
  stays("[changes](../../CHANGELOG.md), [home](../../README.md)", "src/options/README.md");
  stays("[here](#limits), [there](https://example.com/x), [us](mailto:someone@example.com)");
  stays("![a picture](https://example.com/x.svg)");
});

Deno.test("a link to what the package lacks leads to the project's address, or is text", () => {
  assertEquals(packaged("See [`examples/echo`](examples/echo), please."), [
    "See `examples/echo`, please.",
    `See [\`examples/echo\`](${address}/blob/HEAD/examples/echo), please.`,
  ]);
  assertEquals(packaged("[frames](../../tests/PROTOCOL.md#frames)", "src/options/README.md"), [
    "frames",
    `[frames](${address}/blob/HEAD/tests/PROTOCOL.md#frames)`,
  ]);
});

Deno.test("a picture that the package lacks comes from the project's address, or goes", () => {
  assertEquals(packaged("before\n\n![bars](scripts/chart.svg)\n\nafter\n"), [
    "before\n\nafter\n",
    `before\n\n![bars](${address}/raw/HEAD/scripts/chart.svg)\n\nafter\n`,
  ]);
  assertEquals(packaged("[![bars](chart.svg) more](scripts)"), [
    " more",
    `[![bars](${address}/raw/HEAD/chart.svg) more](${address}/blob/HEAD/scripts)`,
  ]);
});

Deno.test("what only looks like a link stays", () => {
  stays("`[a](b)` and\n\n```md\n[a](b)\n\n\n![c](d)\n```\n");
  stays("an [index] (of sorts), x[0](y z)");
});

Deno.test("links in other forms are refused, for they would go unseen", () => {
  for (const text of ["[tests]: tests/README.md", '<img src="chart.svg">', '<a href="tests">']) {
    assertThrows(() => packaged(`A line\n${text}\n`), Error, "write ");
  }
  stays('<img src="https://example.com/x.svg">\n\n[there]: https://example.com/\n');
});

Deno.test("code imports the package by its name on npm", () => {
  const code = (imports: string) => `\`\`\`ts ignore\n${imports}\n\`\`\`\n`;
  const [unset, set] = packaged(
    code(
      'import { createServer } from "@sockjs/web"; // from npm: "sockjs-web"\n' +
        'import { client } from "@sockjs/web/served-client"; // from npm: "x", after a step\n' +
        'import { sockjs } from "sockjs-web/hono"; // from JSR: "@sockjs/web/hono"\n' +
        'import { Hono } from "hono"; // a router',
    ),
  );
  const expected = code(
    'import { createServer } from "sockjs-web";\n' +
      'import { client } from "sockjs-web/served-client"; // after a step\n' +
      'import { sockjs } from "sockjs-web/hono";\n' +
      'import { Hono } from "hono"; // a router',
  );
  assertEquals([unset, set], [expected, expected]);
  stays("Deno: `deno add jsr:@sockjs/web`, then import from `@sockjs/web`.");
  stays("```sh\ndeno add jsr:@sockjs/web\n```\n");
});

Deno.test("the package names itself as npm does, and its documents' links lead to its files", async () => {
  await nodePackage();
  const built = await readSources(["esm/", "script/", "src/"].map((name) => `npm/${name}`));
  const wrong = built.filter(([path, text]) => /\.[jt]s$/.test(path) && text.includes("@sockjs/"));
  assertEquals(wrong.map(([path]) => path), []);
  const imports = built.filter(([, text]) => /^ \* import .* from "sockjs-web/m.test(text));
  assert(imports.length >= 15, `only ${imports.length} files have docstrings that import it`);

  const documents = ["npm/README.md", "npm/CHANGELOG.md"];
  for (const [path] of built) if (path.endsWith(".md")) documents.push(path);
  for (const [path, text] of await readSources(documents)) {
    for (const [, target = ""] of text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)) {
      const file = new URL(target, new URL(path.slice("npm/".length), npm));
      assert(await Deno.stat(file).then(() => true, () => false), `${path} leads to ${target}`);
    }
  }
  const published = JSON.parse(await Deno.readTextFile(new URL("package.json", npm)));
  assertEquals("repository" in published, repository !== undefined);
});

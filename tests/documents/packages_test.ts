/** What users have to read comes with both packages. */

import { assert, assertEquals } from "@std/assert";
import { nodePackage } from "../../scripts/node_programs.ts";
import { npm } from "../../scripts/npm_package/project.ts";
import { run } from "../../scripts/run.ts";
import { documents, root } from "./document.ts";

const forUsers = [
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ...[...documents.keys()].filter((path) => path.startsWith("src/")),
];

Deno.test("the package for npm has all documents for users", async () => {
  await nodePackage();
  const printed = await run(["npm", "pack", "--dry-run", "--json"], { cwd: npm });
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(printed);
  const packed = files.map(({ path }) => path);
  assert(forUsers.includes("src/options/README.md"));
  assertEquals(forUsers.filter((path) => !packed.includes(path)), []);
});

Deno.test("the package for JSR has all documents for users", async () => {
  const { publish } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const { include, exclude = [] }: { include: string[]; exclude?: string[] } = publish;
  const isWithin = (path: string) => (folder: string) =>
    path === folder || path.startsWith(`${folder}/`);
  const published = (path: string) => include.some(isWithin(path)) && !exclude.some(isWithin(path));
  assertEquals(forUsers.filter((path) => !published(path)), []);
});

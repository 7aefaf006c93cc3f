/** `src/README.md` names the layers that exist, and functions where they are. */

import { assert, assertEquals } from "@std/assert";
import { documents, root } from "./document.ts";

const readme = documents.get("src/README.md")!;

/** The cells of a table's rows, without the marks of code. */
function rowsBelow(heading: string): string[][] {
  const [, below = ""] = readme.prose.split(`\n${heading}\n`);
  const [section = ""] = below.split(/^#/m);
  return section.split("\n").filter((line) => line.startsWith("| ")).slice(2).map((line) =>
    line.slice(2, -2).split(" | ").map((cell) => cell.trim())
  );
}

/** The first piece of code in a cell. */
function code(cell = ""): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? "";
}

Deno.test("src/README.md has a row for every folder of src, and for no other", async () => {
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("src/", root))) {
    if (isDirectory) folders.push(`${name}/`);
  }
  const layers = rowsBelow("## Layers").map(([layer]) => code(layer)).filter((layer) =>
    layer !== "mod.ts"
  );
  assertEquals(layers.toSorted(), folders.sort());
});

Deno.test("src/README.md names functions that are in the files beside them", async () => {
  const steps = [
    ...rowsBelow("### From the client to the application"),
    ...rowsBelow("### From the application to the client"),
  ].map(([, name, file]) => [code(name), code(file)] as const);
  const ends = rowsBelow("## How a session ends")
    .map(([, name]) => [code(name), "session/session.ts"] as const);
  const wrong: string[] = [];
  for (const [name, file] of [...steps, ...ends]) {
    const text = await Deno.readTextFile(new URL(file, readme.url));
    const own = name.split(".").at(-1);
    const definition = `^(?:export )?(?:class|const|function) ${own}\\b|^  (?:override )?${own}\\(`;
    if (!new RegExp(definition, "m").test(text)) wrong.push(`${file}: ${name}`);
  }
  assert(steps.length > 10 && ends.length > 5);
  assertEquals(wrong, []);
});

Deno.test("src/README.md names nothing behind a file that is not in it", async () => {
  const named = Array.from(
    readme.prose.matchAll(/`([\w/]+\.ts)`, `(\w+)`|`\w+\.(\w+)` in `([\w/]+\.ts)`/g),
    ([, file, name, method, fileOfMethod]) => [file ?? fileOfMethod!, name ?? method!] as const,
  );
  const wrong: string[] = [];
  for (const [file, name] of named) {
    const text = await Deno.readTextFile(new URL(file, readme.url));
    if (!new RegExp(`\\b${name}\\b`).test(text)) wrong.push(`${file}: ${name}`);
  }
  assert(named.length > 4);
  assertEquals(wrong, []);
});

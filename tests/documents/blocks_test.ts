/** All TypeScript and JavaScript in documents has correct types, on its runtime. */

import { assert, assertEquals } from "@std/assert";
import { nodePackage } from "../../scripts/node_programs.ts";
import { run } from "../../scripts/run.ts";
import { checkedLanguages, isCheckedIn, type Place, programsOf } from "./blocks.ts";
import { documents, root } from "./document.ts";
import { given } from "./given.ts";
import { typeErrors } from "./npm_types.ts";

/** What other blocks are written in; none of these is a program. */
const otherLanguages = ["sh", "html", "json", "yaml", "text"];

Deno.test("every code block says its language, and every program in one is checked", () => {
  const wrong: string[] = [];
  for (const { path, blocks } of documents.values()) {
    for (const block of blocks) {
      const isChecked = isCheckedIn("deno", block) || isCheckedIn("npm", block);
      const isProgram = checkedLanguages.includes(block.language);
      if (isProgram ? !isChecked : !otherLanguages.includes(block.language)) {
        wrong.push(`${path}, line ${block.line}: ${block.language}`);
      }
    }
  }
  assertEquals(wrong, []);
});

function programsIn(place: Place): Map<string, string> {
  const all = documents.values().map((document) =>
    programsOf(document, place, given[document.path])
  );
  return new Map(all.flatMap((programs) => programs.entries()));
}

Deno.test("code in documents has correct types on Deno", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { exports, imports, compilerOptions } = JSON.parse(
      await Deno.readTextFile(new URL("deno.json", root)),
    );
    for (const [subpath, file] of Object.entries<string>(exports)) {
      imports[`@sockjs/web${subpath.slice(1)}`] = new URL(file, root).href;
    }
    const config = `${folder}/deno.json`;
    await Deno.writeTextFile(config, JSON.stringify({ imports, compilerOptions }));
    const files: string[] = [];
    for (const [name, program] of programsIn("deno")) {
      files.push(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/${name}`, program);
    }
    assert(files.length > 1);
    await run([Deno.execPath(), "check", "--no-lock", "--config", config, ...files]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("code in documents has correct types with the package for npm, on Node and Bun", async () => {
  await nodePackage();
  const programs = programsIn("npm");
  assert(programs.size > 1);
  assertEquals(typeErrors(programs), "");
});

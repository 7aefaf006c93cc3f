import { assertEquals, assertRejects } from "@std/assert";
import { nodeProgram } from "../../scripts/node_programs.ts";
import { npm } from "../../scripts/npm_package/project.ts";
import { run } from "../../scripts/run.ts";
import { runtimeCommand } from "../../scripts/runtimes.ts";

const node = await runtimeCommand("node");
if (node === undefined) console.log("node is not on this machine: programs for it are skipped");
const ignore = node === undefined && Deno.env.get("CI") !== "true";

/** A folder of scripts within the project, three folders below it. */
async function withScripts(use: (folder: URL) => Promise<void>): Promise<void> {
  await Deno.mkdir(new URL("programs/", npm), { recursive: true });
  const path = await Deno.makeTempDir({ dir: new URL("programs/", npm).pathname });
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    await use(new URL(`file://${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
    await Deno.remove(new URL(`programs/npm/programs/${name}/`, npm), { recursive: true })
      .catch(() => {});
  }
}

function runOnNode(program: string): Promise<string> {
  return run([...node ?? ["node"], program]);
}

Deno.test({
  name: "a script runs on Node with the package for npm, and anew when what it imports has changed",
  ignore,
  fn: () =>
    withScripts(async (folder) => {
      const script = new URL("main.ts", folder);
      await Deno.writeTextFile(
        script,
        `import { createServer, type Connection } from "../../../mod.ts";
         import { words, type Word } from "./words.ts";
         const said: Word = words;
         const location = import.meta.resolve("sockjs-web");
         console.log(typeof createServer, said, location);`,
      );
      const words = (text: string) =>
        Deno.writeTextFile(
          new URL("words.ts", folder),
          `export type Word = string; export const words: Word = "${text}";`,
        );

      await words("one");
      const program = await nodeProgram(script);
      const location = new URL("esm/mod.js", npm);
      assertEquals(await runOnNode(program), `function one ${location}\n`);

      await words("two");
      assertEquals(await nodeProgram(script), program);
      assertEquals(await runOnNode(program), `function two ${location}\n`);
    }),
});

Deno.test({
  name: "a script finds the files of a folder beside it, also on Node",
  ignore,
  fn: () =>
    withScripts(async (folder) => {
      const script = new URL("main.ts", folder);
      await Deno.writeTextFile(
        script,
        `import { readFileSync } from "node:fs";
         const folder = new URL("page/", import.meta.url);
         console.log(readFileSync(new URL("text", folder), "utf8"), folder.href);`,
      );
      await Deno.mkdir(new URL("page/", folder));
      await Deno.writeTextFile(new URL("page/text", folder), "found");
      const there = new URL("page/", folder);
      assertEquals(await runOnNode(await nodeProgram(script)), `found ${there}\n`);
    }),
});

Deno.test({
  name: "a script that imports what the package does not export is refused",
  ignore,
  fn: () =>
    withScripts(async (folder) => {
      const script = new URL("main.ts", folder);
      await Deno.writeTextFile(
        script,
        `import { Session } from "../../../src/session/session.ts"; console.log(Session);`,
      );
      await assertRejects(
        () => nodeProgram(script),
        Error,
        "does not export src/session/session.ts",
      );
    }),
});

Deno.test("a script outside the project is refused", async () => {
  const script = new URL("file:///elsewhere/main.ts");
  await assertRejects(() => nodeProgram(script), Error, "file:///elsewhere/main.ts");
});

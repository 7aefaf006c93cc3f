/** The first step of tasks, which installs packages: in a project of its own that needs none. */

import { assertEquals } from "@std/assert";
import { root } from "../../scripts/npm_package/project.ts";

/** Runs the script in a new project, and gives what it prints. */
async function install(hasPackages: boolean): Promise<string> {
  const project = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${project}/deno.json`, '{ "nodeModulesDir": "manual" }');
    await Deno.mkdir(`${project}/scripts`);
    await Deno.copyFile(new URL("scripts/install.ts", root), `${project}/scripts/install.ts`);
    if (hasPackages) await Deno.mkdir(`${project}/node_modules`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "scripts/install.ts"],
      cwd: project,
      signal: AbortSignal.timeout(60_000),
    }).output();
    assertEquals([code, new TextDecoder().decode(stdout)], [0, ""]);
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

Deno.test("the first task says what it installs and how long that takes", async () => {
  assertEquals(
    await install(false),
    "Installing what tests and examples use; the first time takes about half a minute.\n",
  );
});

Deno.test("later tasks install without a word", async () => {
  assertEquals(await install(true), "");
});

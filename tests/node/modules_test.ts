/** Tests of how the package is loaded, and of what it changes in the process. */

import { assertEquals } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { packageName } from "../../scripts/npm_package/package_json.ts";
import { readProject, root } from "../../scripts/npm_package/project.ts";
import { onEachRuntime, Programs } from "./on_each_runtime.ts";

const mixed = new Programs("mixed_builds.ts");
const oneBuild = "has one build only, our sources";
const onlyOnNode = { deno: oneBuild, bun: oneBuild };

mixed.test("servers of ES modules and of CommonJS are installed by either", async (it) => {
  for (const prefix of await it.ask<string[]>("prefixes")) {
    assertEquals((await it.get("server", prefix)).body, "Welcome to SockJS!\n");
    const socket = await it.websocket("server", `${prefix}/websocket`);
    await socket.sendText("hello");
    assertEquals(await socket.message(), "hello");
    const base = `${prefix}/0/1`;
    assertEquals((await it.post("server", `${base}/xhr`)).body, "o\n");
    assertEquals((await it.post("server", `${base}/xhr_send`, '["hello"]')).status, 204);
    assertEquals((await it.post("server", `${base}/xhr`)).body, 'a["hello"]\n');
    const stream = await it.connect("server");
    await stream.send({ method: "POST", path: `${prefix}/0/2/xhr_streaming` });
    await stream.head();
    assertEquals([(await stream.chunk())?.length, await stream.chunk()], [2049, "o\n"]);
  }
  assertEquals((await it.get("server", "/x")).body, "application");
}, onlyOnNode);

mixed.test("those of both leave the listeners as they were", async (it) => {
  assertEquals(await it.ask("detach"), true);
  assertEquals((await it.get("server", "/modules/adapterModule")).body, "application");
}, onlyOnNode);

/** Runs a program to its end, for which it has ten seconds. */
async function printed(runtime: RuntimeName, script: string, ...args: string[]) {
  const program = new URL(`programs/${script}`, import.meta.url);
  const command = await scriptCommand(runtime, program) ?? [];
  return JSON.parse(await run([...command, ...args], { signal: AbortSignal.timeout(10_000) }));
}

/** What users import, by how they do it. */
const exported = Object.entries((await readProject()).exports);

onEachRuntime("no import changes globals or Node's classes", async (runtime) => {
  const imports = exported.map(([subpath, source]) =>
    runtime.startsWith("node") ? packageName + subpath.slice(1) : new URL(source, root).pathname
  );
  const args = imports.map((specifier) => `import ${specifier}`);
  if (runtime.startsWith("node")) args.push(...imports.map((each) => `require ${each}`));
  const expected = args.map((each) => [each, { exports: true, changed: [] }]);
  assertEquals(await printed(runtime, "imports.ts", ...args), Object.fromEntries(expected));
});

onEachRuntime("when all is closed, the process ends by itself", async (runtime) => {
  // Of the websocket there is no code: its client gives none.
  assertEquals(await printed(runtime, "ends.ts"), [1002, 1002, 1005, 1006]);
});

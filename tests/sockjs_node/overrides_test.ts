/**
 * Installs `sockjs-node-web` in place of `sockjs`, with every package manager, in the ways that the
 * documents show.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { root } from "../../scripts/npm_package/project.ts";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { canInstall } from "../support/can_install.ts";
import { type Manager, managers, replacement } from "./overrides/managers.ts";
import { type Loaded, Project } from "./overrides/project.ts";
import { Surroundings } from "./overrides/surroundings.ts";

let surroundings: Promise<Surroundings> | undefined;

Deno.test.afterAll(async () => {
  // What kept them from being made has failed the tests.
  await (await surroundings?.catch(() => undefined))?.[Symbol.asyncDispose]();
});

async function makeProject(manager: Manager): Promise<Project> {
  surroundings ??= Surroundings.make();
  return await Project.make(manager, await surroundings);
}

/** Managers that are runtimes as well; Node runs the others' packages. */
const runtimes: Readonly<Record<string, RuntimeName>> = { Bun: "bun", Deno: "deno" };

const ours: Loaded = {
  below: "sockjs-node-web",
  beside: "sockjs-node-web",
  response: "Welcome to SockJS!",
  hook: "function",
};
const original: Loaded = {
  below: "sockjs",
  beside: "sockjs",
  response: "The original",
  hook: "undefined",
};
const dependencies = { "uses-sockjs": "^1.0.0" };

for (const manager of managers) {
  const { name, way } = manager;

  const test = (statement: string, fn: () => Promise<void>) =>
    Deno.test({
      name: `${name} ${statement}`,
      ignore: !canInstall,
      fn,
      // The registry outlives each test.
      sanitizeOps: false,
      sanitizeResources: false,
    });

  test("replaces what a dependency depends on, also from its lockfile", async () => {
    await using project = await makeProject(manager);
    await project.install(dependencies, way);
    // Some managers let the project itself load what only a dependency names.
    const loaded = await project.loaded();
    assertEquals(loaded, { ...ours, beside: loaded.beside });
    await project.installFrozen();
    assertEquals(await project.loaded(runtimes[name]), loaded);
  });

  test("replaces it as well in a project that has sockjs already", async () => {
    await using project = await makeProject(manager);
    await project.install({ ...dependencies, sockjs: "^0.3.24" });
    assertEquals(await project.loaded(), original);
    await project.install({ ...dependencies, ...replacement }, way);
    assertEquals(await project.loaded(), ours);
  });
}

const documents = [
  "examples/sockjs_node/README.md",
  "scripts/npm_package/sockjs_node_web/README.md",
];

for (const path of documents) {
  Deno.test(`${path} shows every way that is tried here`, async () => {
    const document = await Deno.readTextFile(new URL(path, root));
    for (const { way: { json, yaml } } of managers) {
      assertStringIncludes(document, yaml ?? JSON.stringify(json, undefined, 2));
    }
    assertStringIncludes(document, `"sockjs": "${replacement.sockjs}"`);
  });
}

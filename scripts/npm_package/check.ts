/**
 * Checks the packages for npm as their users will get them: `sockjs-web` first.
 *
 * @module
 */

import { checkBundles } from "./bundles.ts";
import { checkDropIn } from "./check_drop_in.ts";
import { Consumer, surroundingTypes } from "./consumer.ts";
import { loads } from "./loads.ts";
import { optionalPeers, packageJson } from "./package_json.ts";
import { npmRange, type Project, readProject } from "./project.ts";
import { kilobytes, say } from "./say.ts";
import { followSourceMaps } from "./source_maps.ts";
import { pack, type Tarball } from "./tarball.ts";
import { newestNodeTypes, runTool, typescripts, versionOf } from "./tools.ts";

/**
 * Goes through all checks, and says a line for each.
 *
 * @throws {Error} At the first that fails, with what was found.
 */
export async function checkPackage(): Promise<void> {
  const project = await readProject();
  const folder = await Deno.makeTempDir({ prefix: "sockjs-web-" });
  try {
    const tarball = await pack(folder);
    const { size, unpackedSize, entryCount } = tarball;
    say("tarball", `${kilobytes(size)}, ${kilobytes(unpackedSize)} in ${entryCount} files`);
    await checkImports(project);
    say("source maps", `all ${await followSourceMaps()} lead to published sources`);
    await lint(tarball);
    await checkAsUser(project, tarball, folder);
    await Deno.mkdir(`${folder}/drop-in`);
    await checkDropIn(project, `${folder}/drop-in`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Says what each subpath loads; all packages must be declared. */
async function checkImports(project: Project): Promise<void> {
  const { dependencies = {}, peerDependencies = {} } = packageJson(project);
  const declared = { ...dependencies, ...peerDependencies };
  for (const [subpath, source] of Object.entries(project.exports)) {
    const entry = source.replace("./", "esm/").replace(/\.ts$/, ".js");
    const { files, size, others } = await loads(entry);
    const from = others.join(", ") || "nothing else";
    say(`loads of ${subpath}`, `${kilobytes(size)} in ${files} files, and ${from}`);
    const unknown = others.find((name) =>
      !name.startsWith("node:") && !(packageOf(name) in declared)
    );
    if (unknown !== undefined) {
      throw new Error(`${subpath} imports ${unknown}, which is not declared`);
    }
  }
}

/** The package of a module: `hono` of `hono/ws`, `@hono/node-server` of itself. */
function packageOf(module: string): string {
  return module.split("/", module.startsWith("@") ? 2 : 1).join("/");
}

/** What others have found out about packages. */
async function lint({ path }: Tarball): Promise<void> {
  const printed = await runTool("publint", ["publint", path, "--strict", "--pack", "false"]);
  // Suggestions leave the exit code alone.
  if (!printed.includes("All good")) throw new Error(printed);
  say("publint", `no problems (${versionOf("publint")})`);
  await runTool("@arethetypeswrong/cli", ["attw", path]);
  say("arethetypeswrong", `no problems (${versionOf("@arethetypeswrong/cli")})`);
}

/** What happens in a project of a user's. */
async function checkAsUser(project: Project, { path }: Tarball, folder: string): Promise<void> {
  const subpaths = Object.keys(project.exports);
  const peers = optionalPeers.map((name) => `${name}@${npmRange(project, name)}`);
  const install = async (name: string, nodeTypes: string) => {
    await Deno.mkdir(`${folder}/${name}`);
    return await Consumer.install(`${folder}/${name}`, [path, ...peers, nodeTypes], subpaths);
  };
  const consumer = await install("oldest", `@types/node@${npmRange(project, "@types/node")}`);
  for (const extension of ["mjs", "cjs"] as const) {
    await consumer.run(extension);
    say(`use from .${extension}`, subpaths.join(" "));
  }
  for (const subpath of subpaths) {
    const [names, same] = await Promise.all([
      consumer.names(subpath, "mjs"),
      consumer.names(subpath, "cjs"),
    ]);
    if (names !== same) throw new Error(`${subpath} exports ${names}, for CommonJS ${same}`);
  }
  for (const typescript of typescripts) {
    for (const types of surroundingTypes) {
      await consumer.check(typescript, types);
      say("use from .mts and .cts", `TypeScript ${versionOf(typescript)}, types: ${types}`);
    }
  }
  await consumer.check("typescript-5", "those of Node", { module: "commonjs" });
  say("use from .cts, with node10", `TypeScript ${versionOf("typescript-5")}`);
  await Deno.mkdir(`${folder}/elsewhere`);
  say("bundles", (await checkBundles(`${folder}/oldest`, `${folder}/elsewhere`)).join(", "));
  const newest = await install("newest", newestNodeTypes);
  for (const typescript of typescripts) await newest.check(typescript, "those of Node");
  say("use from .mts and .cts", `the same with ${newestNodeTypes}`);
}

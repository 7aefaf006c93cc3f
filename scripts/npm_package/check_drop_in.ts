/**
 * Checks the package `sockjs-node-web` as its users will get it.
 *
 * @module
 */

import { run } from "../run.ts";
import { loads } from "./loads.ts";
import { dropInName, dropInPackageJson } from "./package_json.ts";
import { npm, npmRange, type Project } from "./project.ts";
import { kilobytes, say } from "./say.ts";
import { pack } from "./tarball.ts";
import { runTool, type Tool, typescripts, versionOf } from "./tools.ts";
import { typedPrograms, untypedPrograms } from "./typed_programs.ts";

/** The types that programs have for `sockjs`. */
const types = "@types/sockjs@0.3.36";

/** Ways to find modules; the second has no `import = require`. */
const resolutions = {
  nodenext: { module: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

/**
 * Goes through all checks in an empty folder, and says a line for each.
 *
 * @throws {Error} At the first that fails, with what was found.
 */
export async function checkDropIn(project: Project, folder: string): Promise<void> {
  const { path, size, unpackedSize, entryCount } = await pack(folder, new URL(dropInName, npm));
  say(dropInName, `${kilobytes(size)}, ${kilobytes(unpackedSize)} in ${entryCount} files`);
  const { others } = await loads(`${dropInName}/index.js`);
  const { dependencies = {} } = dropInPackageJson(project);
  const unknown = others.find((name) => !name.startsWith("node:") && !(name in dependencies));
  if (unknown !== undefined) {
    throw new Error(`${dropInName} requires ${unknown}, which is not declared`);
  }
  const printed = await runTool("publint", ["publint", path, "--strict", "--pack", "false"]);
  if (!printed.includes("All good")) throw new Error(printed);
  say("publint", `no problems with ${dropInName}`);
  await checkAsUser(path, `@types/node@${npmRange(project, "@types/node")}`, folder);
}

/** A program that prints the names that it gets. */
const bundled = `
  import sockjs from "sockjs";
  import { createServer, listen } from "sockjs";
  import { Session } from "sockjs/lib/transport";
  const isSame = createServer === sockjs.createServer && listen === sockjs.listen;
  console.log(Object.keys(sockjs).join(), isSame, typeof Session);
`;

/** Bundles a program in a project that has the package, and runs it. */
async function checkBundle(folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/bundled.mjs`, bundled);
  const options = ["--bundle", "--platform=node", "--format=cjs", "--outfile=bundle.cjs"];
  await runTool("esbuild", ["esbuild", "bundled.mjs", ...options], { cwd: folder });
  const printed = await run(["node", "bundle.cjs"], { cwd: folder });
  if (printed.trim() !== "createServer,listen true function") throw new Error(printed);
  say("bundles of sockjs", "esbuild");
}

/** Compiles and runs programs in projects that have the package under the name of `sockjs`. */
async function checkAsUser(tarball: string, nodeTypes: string, folder: string): Promise<void> {
  const typed = await install(`${folder}/typed`, typedPrograms, [tarball, nodeTypes, types]);
  const untyped = await install(`${folder}/untyped`, untypedPrograms, [tarball, nodeTypes]);
  for (const typescript of typescripts) {
    await compile(typescript, "nodenext", typed);
    await compile(typescript, "bundler", typed);
    await compile(typescript, "nodenext", untyped);
    const version = `TypeScript ${versionOf(typescript)}`;
    say("use of sockjs from .ts", `${version}, with ${types} and without`);
  }
  await checkBundle(typed);
}

/** Makes a project with programs, and gives its folder. */
async function install(
  folder: string,
  programs: Readonly<Record<string, string>>,
  [tarball, ...others]: readonly string[],
): Promise<string> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ private: true }));
  const packages = [`sockjs@file:${tarball}`, ...others];
  await run(["npm", "install", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  for (const [name, text] of Object.entries(programs)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return folder;
}

async function compile(
  typescript: Tool,
  resolution: keyof typeof resolutions,
  folder: string,
): Promise<void> {
  const config = {
    compilerOptions: {
      ...resolutions[resolution],
      target: "ES2022",
      lib: ["ES2022"],
      types: ["node"],
      strict: true,
      // The package has no declarations.
      skipLibCheck: true,
      noEmit: true,
    },
    include: resolution === "nodenext" ? ["*.ts", "*.cts"] : ["*.ts"],
  };
  await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(config));
  await runTool(typescript, ["tsc"], { cwd: folder });
}

/**
 * Makes the package for npm in `npm/`.
 *
 * @module
 */

import { build, type PackageJson } from "@deno/dnt";
import { lock } from "./lock.ts";
import { packageJson, publishedPackageJson } from "./package_json.ts";
import { npm, readProject, root } from "./project.ts";
import { isFresh, packageStamp, readSources, writeStamp } from "./stamp.ts";

/** Copied as they are. */
const documents = ["CHANGELOG.md", "LICENSE", "README.md"];

/** What the package is made of, and by. */
const sources = [
  ...documents,
  "deno.json",
  "mod.ts",
  "src/",
  "scripts/npm_only/dnt/",
  "scripts/npm_package/make.ts",
  "scripts/npm_package/package_json.ts",
  "scripts/npm_package/project.ts",
];

/** What `npm/` then contains, besides what is made elsewhere and not published. */
const products = ["esm", "script", "src", "package.json", ...documents];

/** Makes the package anew. */
export async function makePackage(): Promise<void> {
  using _lock = await lock();
  await make();
}

/** Makes the package unless nothing has changed since it was made. */
export async function makeStalePackage(): Promise<void> {
  using _lock = await lock();
  if (!await isFresh(packageStamp)) await make();
}

/** Everything is made beside what is there, so that nobody sees half of it for long. */
async function make(): Promise<void> {
  const made = await readSources(sources);
  const project = await readProject();
  const folder = new URL(".new/", npm);
  await removeIfThere(folder);
  await Deno.mkdir(folder);
  await build({
    entryPoints: Object.entries(project.exports)
      .map(([name, path]) => ({ name, path: new URL(path, root).pathname })),
    outDir: folder.pathname,
    configFile: new URL("deno.json", root).href,
    shims: {},
    test: false,
    typeCheck: "both",
    declaration: "inline",
    package: packageJson(project),
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022", "DOM", "DOM.Iterable", "ESNext.Disposable"],
      sourceMap: true,
      noUncheckedIndexedAccess: true,
    },
  });
  await finishPackageJson(new URL("package.json", folder));
  for (const name of documents) await Deno.copyFile(new URL(name, root), new URL(name, folder));
  await removeIfThere(packageStamp);
  for (const name of products) {
    await removeIfThere(new URL(name, npm));
    await Deno.rename(new URL(name, folder), new URL(name, npm));
  }
  await removeIfThere(folder);
  await writeStamp(packageStamp, sources, made);
}

async function finishPackageJson(file: URL): Promise<void> {
  const built: PackageJson = JSON.parse(await Deno.readTextFile(file));
  const published = publishedPackageJson(built);
  await Deno.writeTextFile(file, JSON.stringify(published, undefined, 2) + "\n");
}

async function removeIfThere(file: URL): Promise<void> {
  try {
    await Deno.remove(file, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

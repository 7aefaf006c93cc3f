/**
 * Builds the packages for npm: `sockjs-web` in `npm/`, and `sockjs-node-web` in a folder there.
 *
 * @module
 */

import { build, type PackageJson } from "@deno/dnt";
import { packagedDocument, withNpmName } from "./documents.ts";
import { lock } from "./lock.ts";
import { dropInName, packageJson, publishedPackageJson } from "./package_json.ts";
import { npm, readProject, root } from "./project.ts";
import { repository } from "./repository.ts";
import { makeDropIn, ownFiles } from "./sockjs_node_web.ts";
import { isFresh, packageStamp, readSources, type Source, writeStamp } from "./stamp.ts";

/** What users read. */
const documents = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md"];

/** What the package is made of, and by. */
const sources = [
  ...documents,
  "deno.json",
  "mod.ts",
  "src/",
  "scripts/jsr_stubs/dnt/",
  "scripts/npm_package/documents.ts",
  "scripts/npm_package/loads.ts",
  "scripts/npm_package/make.ts",
  "scripts/npm_package/package_json.ts",
  "scripts/npm_package/project.ts",
  "scripts/npm_package/repository.ts",
  "scripts/npm_package/sockjs_node_web.ts",
  ownFiles,
];

/** Files that the package has others in place of, for Node. */
const mappings = {
  "src/adapters/served_client/source.ts": "src/adapters/served_client/source_on_node.ts",
};

/** What `npm/` then contains, besides what is made elsewhere and not published. */
const products = ["esm", "script", "src", "package.json", dropInName, ...documents];

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

/** The package is built in another folder and then moved, so that no process sees half of it. */
async function make(): Promise<void> {
  const made = await readSources(sources);
  const project = await readProject();
  const folder = new URL(".new/", npm);
  await removeIfThere(folder);
  await Deno.mkdir(folder);
  await build({
    entryPoints: Object.entries(project.exports)
      .map(([name, path]) => ({ name, path: pathOf(path) })),
    mappings: Object.fromEntries(
      Object.entries(mappings).map((paths) => paths.map(pathOf)),
    ),
    outDir: folder.pathname,
    configFile: new URL("deno.json", root).href,
    shims: {},
    test: false,
    typeCheck: "both",
    declaration: "inline",
    package: packageJson(project, repository),
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022", "DOM", "DOM.Iterable", "ESNext.Disposable"],
      sourceMap: true,
      noUncheckedIndexedAccess: true,
    },
  });
  await finishPackageJson(new URL("package.json", folder));
  await replaceFilename(new URL("esm/src/adapters/served_client/source_on_node.js", folder));
  await embedClient(new URL("esm/src/adapters/", folder));
  for (const format of ["esm", "script"]) {
    await nameLibrary(new URL(`${format}/src/server/server.d.ts`, folder));
  }
  for (const name of ["esm/", "script/", "src/"]) await nameAsOnNpm(new URL(name, folder));
  const forUsers = ([path]: Source) => /\.md$|^LICENSE$/.test(path) && !path.startsWith(ownFiles);
  await writeDocuments(made.filter(forUsers), folder);
  await makeDropIn(folder, made, project);
  await removeIfThere(packageStamp);
  for (const name of products) {
    await removeIfThere(new URL(name, npm));
    await Deno.rename(new URL(name, folder), new URL(name, npm));
  }
  await removeIfThere(folder);
  await writeStamp(packageStamp, sources, made);
}

/** Has docstrings and their examples name the package as npm does. */
async function nameAsOnNpm(folder: URL): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(name, folder);
    if (isDirectory) await nameAsOnNpm(new URL(`${url}/`));
    else if (/\.[jt]s$/.test(name)) {
      const text = await Deno.readTextFile(url);
      await Deno.writeTextFile(url, withNpmName(text));
    }
  }
}

/** Writes documents to the same paths as in the project, so that links between them work. */
async function writeDocuments(documents: readonly Source[], folder: URL): Promise<void> {
  const paths = new Set(documents.map(([path]) => path));
  const isPackaged = (path: string) => paths.has(path) || exists(new URL(path, folder));
  for (const [path, text] of documents) {
    const file = new URL(path, folder);
    await Deno.mkdir(new URL(".", file), { recursive: true });
    await Deno.writeTextFile(file, packagedDocument(path, text, { isPackaged, repository }));
  }
}

function exists(file: URL): boolean {
  try {
    Deno.statSync(file);
    return true;
  } catch {
    return false;
  }
}

async function finishPackageJson(file: URL): Promise<void> {
  const built: PackageJson = JSON.parse(await Deno.readTextFile(file));
  const published = publishedPackageJson(built);
  await Deno.writeTextFile(file, JSON.stringify(published, undefined, 2) + "\n");
}

/**
 * Lets an ES module that asks for `__filename` know where it is. dnt's own way, for
 * `import.meta` in CommonJS, changes the global object.
 */
async function replaceFilename(file: URL): Promise<void> {
  const text = await Deno.readTextFile(file);
  const replaced = text.replace(/\b__filename\b/g, "import.meta.url");
  if (replaced === text) throw new Error(`Cannot build: ${file} does not use __filename`);
  await Deno.writeTextFile(file, replaced);
}

/**
 * Makes a copy of `./served-client` for Bun, which imports texts: so `bun build --compile` takes the
 * client into the program, where there are no files to read.
 */
async function embedClient(adapters: URL): Promise<void> {
  const text = await Deno.readTextFile(new URL("served_client.js", adapters));
  const embedding = text.replace(
    "served_client/source_on_node.js",
    "served_client/source_on_bun.js",
  )
    .replace(/\n\/\/# sourceMappingURL=.*/, "");
  if (!embedding.includes("source_on_bun")) {
    throw new Error("Cannot build: served_client.js does not import its source");
  }
  await Deno.writeTextFile(new URL("served_client_on_bun.js", adapters), embedding);
  await Deno.writeTextFile(
    new URL("served_client/source_on_bun.js", adapters),
    `import source from "sockjs-client/dist/sockjs.min.js" with { type: "text" };\n` +
      "export { source };\n",
  );
}

/** Lets declarations with `Symbol.asyncDispose` check where it is not among the libraries. */
async function nameLibrary(file: URL): Promise<void> {
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, `/// <reference lib="esnext.disposable" />\n${text}`);
  const mapFile = new URL(`${file.href}.map`);
  const map = JSON.parse(await Deno.readTextFile(mapFile));
  // One line later.
  map.mappings = `;${map.mappings}`;
  await Deno.writeTextFile(mapFile, JSON.stringify(map));
}

/** Where a file of the project is. */
function pathOf(path: string): string {
  return new URL(path, root).pathname;
}

async function removeIfThere(file: URL): Promise<void> {
  try {
    await Deno.remove(file, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

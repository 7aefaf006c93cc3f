/**
 * Compiles scripts of the project for Node, unless they are up to date: `deno run -A
 * make_program.ts path/to/script.ts`.
 *
 * @module
 */

import ts from "typescript";
import { programFiles } from "../node_programs.ts";
import { lock } from "./lock.ts";
import { makeStalePackage } from "./make.ts";
import { packageName } from "./package_json.ts";
import { readProject, root } from "./project.ts";
import { isFresh, readSources, type Source, writeStamp } from "./stamp.ts";

/** What programs are made by, besides their own sources. */
const makers = ["deno.json", "scripts/npm_package/make_program.ts"];

/** What the package exports, by the source file. */
const exported = new Map(
  Object.entries((await readProject()).exports).map(([subpath, source]) => [
    new URL(source, root).href,
    packageName + subpath.slice(1),
  ]),
);

/** What reaches into the package: all other programs use what it exports. */
const withInternals = new Set(["tests/support/memory_bus.ts", "tests/support/owned_elsewhere.ts"]);

/** The way from a program to a file of the package; `undefined` if its source is not in `src/`. */
function internalFile(path: string, target: string): string | undefined {
  const source = target.slice(root.href.length);
  if (!source.startsWith("src/")) return undefined;
  const { file } = programFiles(path);
  const depth = file.href.slice(root.href.length).split("/").length - 2;
  return `${"../".repeat(depth)}esm/${source.replace(/\.ts$/, ".js")}`;
}

/** Compiles a script and what it imports relatively, up to the package. */
async function makeProgram(script: string): Promise<void> {
  const made: Source[] = await readSources(makers);
  const paths = new Set([script]);
  for (const path of paths) {
    const text = await Deno.readTextFile(new URL(path, root));
    made.push([path, text]);
    const { outputText, imports } = compile(path, text);
    for (const each of imports) paths.add(each);
    await write(programFiles(path).file, outputText);
  }
  const inOrder = made.toSorted(([a], [b]) => a < b ? -1 : 1);
  await writeStamp(programFiles(script).stamp, inOrder.map(([path]) => path), inOrder);
}

/** One file as JavaScript, and the paths of those that it imports. */
function compile(path: string, text: string): { outputText: string; imports: string[] } {
  let { outputText } = ts.transpileModule(text, {
    fileName: new URL(path, root).pathname,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      inlineSourceMap: true,
      inlineSources: true,
    },
  });
  const imports: string[] = [];
  // Of the output: imports of types are gone there.
  for (const { fileName } of ts.preProcessFile(outputText, true, true).importedFiles) {
    if (!fileName.startsWith(".")) continue;
    const target = new URL(fileName, new URL(path, root)).href;
    const name = exported.get(target) ??
      (withInternals.has(path) ? internalFile(path, target) : undefined);
    if (name === undefined) imports.push(target.slice(root.href.length));
    outputText = outputText.replaceAll(
      JSON.stringify(fileName),
      JSON.stringify(name ?? fileName.replace(/\.ts$/, ".mjs")),
    );
  }
  outputText = outputText.replaceAll(
    folderHere,
    (_, folder: string) => `new URL("${folderFromProgram(path, folder)}", import.meta.url)`,
  );
  const internal = imports.find((path) => path.startsWith("src/"));
  if (internal !== undefined) {
    throw new Error(`Cannot compile ${path}: the package does not export ${internal}`);
  }
  return { outputText, imports };
}

/** How scripts write where a folder of files is, such as those of a page. */
const folderHere = /new URL\("(\.{0,2}[^":]*\/)", import\.meta\.url\)/g;

/** The way from a program to a folder beside its script: nothing but programs is copied. */
function folderFromProgram(path: string, folder: string): string {
  const inProject = new URL(folder, new URL(path, root)).href.slice(root.href.length);
  const { file } = programFiles(path);
  const depth = file.href.slice(root.href.length).split("/").length - 1;
  return "../".repeat(depth) + inProject;
}

/** Others may be reading what is there. */
async function write(file: URL, text: string): Promise<void> {
  await Deno.mkdir(new URL(".", file), { recursive: true });
  const beside = new URL(`${file.href}.new`);
  await Deno.writeTextFile(beside, text);
  await Deno.rename(beside, file);
}

await makeStalePackage();
using _lock = await lock();
for (const script of Deno.args) {
  if (!await isFresh(programFiles(script).stamp)) await makeProgram(script);
}

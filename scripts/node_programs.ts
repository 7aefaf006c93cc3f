/**
 * Compiles our scripts for Node, which cannot run TypeScript in version 20. The compiled scripts
 * import the npm package instead of the sources.
 *
 * @module
 */

import { npm, root } from "./npm_package/project.ts";
import { isFresh, packageStamp } from "./npm_package/stamp.ts";
import { run } from "./run.ts";

/** What compiles, in a process of its own: few have to wait for the compiler to load. */
const compiler = new URL("npm_package/make_program.ts", import.meta.url);

/**
 * Gives the path of the program that a script has become, after making the
 * package and the program if their sources are not those they were made of.
 * Any number of processes may ask at the same time.
 *
 * @throws {Error} If one of them does not compile.
 */
export async function nodeProgram(script: URL): Promise<string> {
  const { file, stamp } = programFiles(pathOf(script));
  if (!await isFresh(packageStamp) || !await isFresh(stamp)) await make(pathOf(script));
  return file.pathname;
}

/** Makes the package in `npm/` if its sources are not those it was made of. */
export async function nodePackage(): Promise<void> {
  if (!await isFresh(packageStamp)) await make();
}

/** Any number of processes may do so at the same time. */
async function make(...scripts: string[]): Promise<void> {
  await run([Deno.execPath(), "run", "--allow-all", compiler.pathname, ...scripts], { cwd: root });
}

/**
 * Where the program of a script is, by the script's path in the project: within
 * the package, so that it can import this by its name.
 */
export function programFiles(path: string): { file: URL; stamp: URL } {
  const file = new URL(`programs/${path.replace(/\.ts$/, ".mjs")}`, npm);
  return { file, stamp: new URL(`${file.href}.json`) };
}

function pathOf(script: URL): string {
  if (script.href.startsWith(root.href)) return script.href.slice(root.href.length);
  throw new Error(`Cannot run ${script} on Node: it is not in ${root}`);
}

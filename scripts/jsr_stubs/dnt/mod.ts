/**
 * A replacement for `@deno/dnt` where JSR cannot be reached, built on TypeScript's compiler. It
 * has the same names, signatures and output, but only those that this project's build uses.
 *
 * @module
 */

import { emit } from "./emit.ts";
import type { BuildOptions } from "./options.ts";
import { writePackageJson } from "./package_json.ts";
import { writeSources } from "./sources.ts";

export type { BuildOptions, EntryPoint, PackageJson } from "./options.ts";

/** Makes a package for npm: sources, both formats with their types, package.json. */
export async function build(options: BuildOptions): Promise<void> {
  log("Transforming...");
  const entryPoints = await writeSources(options);
  await writePackageJson(options, entryPoints);
  log("Emitting ESM package...");
  await emit("esm", entryPoints, options);
  log("Emitting script package...");
  await emit("script", entryPoints, options);
  log("Complete!");
}

function log(message: string): void {
  console.log(`[dnt] ${message}`);
}

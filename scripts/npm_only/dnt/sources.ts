import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { BuildOptions } from "./options.ts";

/**
 * Copies the entry points and all that they import relatively into `src`, and
 * gives the entry points' paths there.
 *
 * Extensions in specifiers become those of the output in this copy already:
 * TypeScript's `rewriteRelativeImportExtensions` leaves declarations alone.
 */
export async function writeSources(
  { entryPoints, outDir }: BuildOptions,
): Promise<string[]> {
  const base = dirname(entryPoints[0]?.path ?? ".");
  const paths = new Set(entryPoints.map(({ path }) => relative(base, path)));
  const entries = [...paths];
  for (const path of paths) {
    if (path.startsWith("..")) throw new Error(`Cannot build: ${path} is not below ${base}`);
    let text = await Deno.readTextFile(join(base, path));
    // From the end, so that the positions before stay right.
    for (const { fileName, pos } of ts.preProcessFile(text).importedFiles.toReversed()) {
      if (!fileName.startsWith(".")) continue;
      paths.add(join(dirname(path), fileName));
      const quoted = text.slice(pos).search(/["']/) + pos + 1;
      text = text.slice(0, quoted) + fileName.replace(/\.ts$/, ".js") +
        text.slice(quoted + fileName.length);
    }
    const copy = join(outDir, "src", path);
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.writeTextFile(copy, text);
  }
  return entries;
}

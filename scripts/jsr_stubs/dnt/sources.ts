import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { BuildOptions } from "./options.ts";

/**
 * Copies the entry points and all that they import relatively into `src`, or what is
 * mapped to, and gives the entry points' paths there.
 *
 * Extensions in specifiers become those of the output in this copy already:
 * TypeScript's `rewriteRelativeImportExtensions` leaves declarations alone.
 */
export async function writeSources(
  { entryPoints, outDir, mappings = {} }: BuildOptions,
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
      const imported = join(dirname(path), fileName);
      const mapped = mappings[join(base, imported)];
      const target = mapped === undefined ? imported : relative(base, mapped);
      paths.add(target);
      const quoted = text.slice(pos).search(/["']/) + pos + 1;
      text = text.slice(0, quoted) + specifier(dirname(path), target) +
        text.slice(quoted + fileName.length);
    }
    const copy = join(outDir, "src", path);
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.writeTextFile(copy, text);
  }
  return entries;
}

/** How a module in a folder imports what becomes of a source file. */
function specifier(folder: string, path: string): string {
  const way = relative(folder, path).replace(/\.ts$/, ".js");
  return way.startsWith(".") ? way : `./${way}`;
}

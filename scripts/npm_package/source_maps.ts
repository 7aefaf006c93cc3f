import { readSources } from "./stamp.ts";
import { root } from "./project.ts";

/**
 * Follows all source maps of the package.
 *
 * @returns How many there are.
 * @throws {Error} If one leads to a file that is not published.
 */
export async function followSourceMaps(): Promise<number> {
  const maps = (await readSources(["npm/esm/", "npm/script/"]))
    .filter(([path]) => path.endsWith(".map"));
  const published = new URL("npm/src/", root).href;
  for (const [path, text] of maps) {
    for (const source of JSON.parse(text).sources) {
      const file = new URL(source, new URL(path, root));
      if (!file.href.startsWith(published)) throw new Error(`${path} leads to ${file}`);
      await Deno.stat(file);
    }
  }
  return maps.length;
}

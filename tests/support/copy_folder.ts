/**
 * Copies a folder with all that is in it.
 *
 * @module
 */

/** @param to an existing folder, by its path. */
export async function copyFolder(from: URL, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const target = `${to}/${name}`;
    if (isDirectory) {
      await Deno.mkdir(target);
      await copyFolder(new URL(`${encodeURIComponent(name)}/`, from), target);
    } else await Deno.copyFile(new URL(encodeURIComponent(name), from), target);
  }
}

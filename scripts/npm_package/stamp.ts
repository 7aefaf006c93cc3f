/**
 * Stamps record which sources a build was made of, so that an unchanged build is not repeated.
 *
 * @module
 */

import { npm, root } from "./project.ts";

/** A file's path, from the project's folder on, and its text. */
export type Source = readonly [path: string, text: string];

/** What a stamp file contains. */
interface Stamp {
  digest: string;
  sources: string[];
}

/** Says of which sources the package was made. */
export const packageStamp = new URL(".package.json", npm);

/** Reads files, and all files in folders that end in a slash; in the order of their paths. */
export async function readSources(paths: readonly string[]): Promise<Source[]> {
  const found: string[] = [];
  const pending = [...paths];
  for (const path of pending) {
    if (!path.endsWith("/")) found.push(path);
    else {
      for await (const { name, isDirectory } of Deno.readDir(new URL(path, root))) {
        pending.push(path + name + (isDirectory ? "/" : ""));
      }
    }
  }
  return await Promise.all(
    found.sort().map(async (path) => [path, await Deno.readTextFile(new URL(path, root))] as const),
  );
}

/** One text for all these sources, another one when anything of them changes. */
export async function digest(sources: readonly Source[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(sources));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Whether the stamp there is says that nothing has changed since. */
export async function isFresh(stamp: URL): Promise<boolean> {
  try {
    const { digest: made, sources }: Stamp = JSON.parse(await Deno.readTextFile(stamp));
    return made === await digest(await readSources(sources));
  } catch (error) {
    // The stamp is missing, or a source that was there.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Says that what the stamp stands for has been made of these texts. */
export async function writeStamp(
  stamp: URL,
  paths: readonly string[],
  made: readonly Source[],
): Promise<void> {
  const content: Stamp = { digest: await digest(made), sources: [...paths] };
  await Deno.writeTextFile(stamp, JSON.stringify(content));
}

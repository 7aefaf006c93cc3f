/**
 * Lists the modules that a program loads when it imports the package.
 *
 * @module
 */

import ts from "typescript";
import { npm } from "./project.ts";

/** All that one entry point needs. */
export interface Loaded {
  /** How many files of the package. */
  files: number;
  /** Their bytes. */
  size: number;
  /** The modules of others, such as `node:events` and `ws`. */
  others: string[];
}

/** Follows the imports of a JavaScript file in `npm/`. */
export async function loads(entry: string): Promise<Loaded> {
  const files = new Set([new URL(entry, npm).href]);
  const others = new Set<string>();
  let size = 0;
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(file));
    size += new TextEncoder().encode(text).length;
    for (const name of importsOf(text)) {
      if (name.startsWith(".")) files.add(new URL(name, file).href);
      else others.add(name);
    }
  }
  return { files: files.size, size, others: [...others].sort() };
}

/** What a module imports or requires, as it is written there. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

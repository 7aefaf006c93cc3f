/**
 * Makes the second package for npm, `sockjs-node-web`, which people install in place of `sockjs`. It
 * has its own copies of the files of `sockjs-web` that it needs.
 *
 * @module
 */

import { packagedDocument } from "./documents.ts";
import { importsOf } from "./loads.ts";
import { dropInName, dropInPackageJson } from "./package_json.ts";
import type { Project } from "./project.ts";
import { repository } from "./repository.ts";
import type { Source } from "./stamp.ts";

/** The files that only this package has: those that programs load by path, and its README. */
export const ownFiles = "scripts/npm_package/sockjs_node_web/";

/** The documents that both packages have. */
const sharedDocuments = ["CHANGELOG.md", "LICENSE"];

/** Makes the package in a folder of the built `sockjs-web`, of the project's sources. */
export async function makeDropIn(
  built: URL,
  sources: readonly Source[],
  project: Project,
): Promise<void> {
  const files = new Map<string, string>();
  for (const [path, text] of sources) {
    const isOwn = path.startsWith(ownFiles);
    if (!isOwn && !sharedDocuments.includes(path)) continue;
    files.set(isOwn ? path.slice(ownFiles.length) : path, document(path, text));
  }
  // The map grows while the loop reads it.
  for (const [path, text] of files) {
    if (!path.endsWith(".js")) continue;
    for (const imported of importsOf(text).filter((name) => name.startsWith("."))) {
      const target = new URL(imported, new URL(path, built)).href.slice(built.href.length);
      if (!files.has(target)) files.set(target, await withoutMap(new URL(target, built)));
    }
  }
  const json = dropInPackageJson(project, repository);
  files.set("package.json", JSON.stringify(json, undefined, 2) + "\n");
  for (const [path, text] of files) {
    const file = new URL(`${dropInName}/${path}`, built);
    await Deno.mkdir(new URL(".", file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}

function document(path: string, text: string): string {
  if (!path.endsWith(".md")) return text;
  const isPackaged = (target: string) => sharedDocuments.includes(target);
  return packagedDocument(path, text, { isPackaged, repository });
}

/** A built file. Its source map leads to sources that this package does not have. */
async function withoutMap(file: URL): Promise<string> {
  const text = await Deno.readTextFile(file);
  return text.replace(/^\/\/# sourceMappingURL=.*\n?/m, "");
}

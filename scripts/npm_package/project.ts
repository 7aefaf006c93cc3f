/**
 * Names, versions and folders of the project, for the build of the npm package.
 *
 * @module
 */

/** The project's folder. */
export const root = new URL("../../", import.meta.url);

/** The package's folder. */
export const npm = new URL("npm/", root);

/** What deno.json says. */
export interface Project {
  version: string;
  license: string;
  /** Source files by the subpath that users import: `.`, `./node`. */
  exports: Record<string, string>;
  /** Specifiers by the names that the code imports. */
  imports: Record<string, string>;
}

/** Reads deno.json. */
export async function readProject(): Promise<Project> {
  const { version, license, exports, imports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  return {
    version,
    license,
    exports: typeof exports === "string" ? { ".": exports } : exports,
    imports,
  };
}

/** The versions of a package that npm may choose from, by the import of its name. */
export function npmRange({ imports }: Project, name: string): string {
  const specifier = imports[name] ?? "nothing";
  const prefix = `npm:${name}@`;
  if (!specifier.startsWith(prefix)) {
    throw new Error(`deno.json must import ${name} from npm: its specifier is ${specifier}`);
  }
  return specifier.slice(prefix.length);
}

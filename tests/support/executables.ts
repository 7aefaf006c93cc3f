/**
 * Where the programs of others are that these tests run.
 *
 * @module
 */

/** Debian has servers where only root looks. */
const folders = ["/usr/sbin", "/usr/local/sbin", ...(Deno.env.get("PATH") ?? "").split(":")];

const mustBePresent = Deno.env.get("CI") === "true" && Deno.build.os === "linux";

const found = new Map<string, string | undefined>();

/** The path of a program. */
export function pathOf(program: string): string | undefined {
  if (!found.has(program)) {
    found.set(program, folders.map((folder) => `${folder}/${program}`).find(isFile));
    if (found.get(program) === undefined) {
      console.log(`${program} is not on this machine: its tests are skipped`);
    }
  }
  return found.get(program);
}

/** Whether the program is here, or has to be: then tests fail instead of being skipped. */
export function isPresent(program: string): boolean {
  return pathOf(program) !== undefined || mustBePresent;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const root = new URL("../", import.meta.url);

/**
 * Writes a configuration like the project's own into a folder, without its
 * stand-ins and what is relative to it: packages of JSR then come from JSR.
 *
 * @returns Its path.
 */
export async function configWithoutLinks(folder: string): Promise<string> {
  const { imports, compilerOptions } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const path = `${folder}/deno.json`;
  await Deno.writeTextFile(path, JSON.stringify({ imports, compilerOptions }));
  return path;
}

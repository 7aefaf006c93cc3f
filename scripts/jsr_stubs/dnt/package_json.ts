import type { BuildOptions } from "./options.ts";

/** What comes first and last, as dnt has it. */
const first = [
  "name",
  "version",
  "description",
  "keywords",
  "license",
  "main",
  "module",
  "exports",
];
const last = ["dependencies", "peerDependencies", "devDependencies"];

/** Writes package.json: what is given, and where tools older than `exports` look. */
export async function writePackageJson(
  { outDir, package: given }: BuildOptions,
  [main]: readonly string[],
): Promise<void> {
  const script = main?.replace(/\.ts$/, ".js");
  const all: Record<string, unknown> = {
    main: `./script/${script}`,
    module: `./esm/${script}`,
    ...given,
  };
  const others = Object.keys(all).filter((name) => !first.includes(name) && !last.includes(name));
  const names = [...first, ...others, ...last].filter((name) => name in all);
  const sorted = Object.fromEntries(names.map((name) => [name, all[name]]));
  await Deno.writeTextFile(`${outDir}/package.json`, JSON.stringify(sorted, undefined, 2) + "\n");
}

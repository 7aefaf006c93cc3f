/**
 * Package managers, and how each replaces a package that others depend on.
 *
 * @module
 */

import { run } from "../../../scripts/run.ts";
import { runtimeCommand } from "../../../scripts/runtimes.ts";

/** What replaces `sockjs`: among overrides, and among a project's own dependencies. */
export const replacement = { sockjs: "npm:sockjs-node-web@^0.1" };

/** What a project says to replace a package: in package.json, or in pnpm-workspace.yaml. */
export interface Way {
  readonly json?: object;
  readonly yaml?: string;
}

const overrides: Way = { json: { overrides: replacement } };
const resolutions: Way = { json: { resolutions: replacement } };
const olderPnpm: Way = { json: { pnpm: { overrides: replacement } } };
const pnpmWorkspace: Way = { yaml: `overrides:\n  sockjs: ${replacement.sockjs}\n` };

/** A package manager. */
export interface Manager {
  readonly name: string;
  /** Its package, with the version, and the program there. A runtime has neither. */
  readonly package?: string;
  readonly program?: string;
  readonly way: Way;
  /** The arguments that install only what the lockfile names. */
  readonly frozen: readonly string[];
  /** Where Yarn 4 puts packages: into a folder, or into a list (Plug'n'Play). */
  readonly linker?: "node-modules" | "pnp";
  /** The lockfile that has to go, because the manager keeps to it when an override is added. */
  readonly staleLock?: string;
}

const npm = { program: "bin/npm-cli.js", way: overrides, frozen: ["ci"] };
const yarn = { program: "bin/yarn.js", way: resolutions };
const yarn4 = { ...yarn, package: "@yarnpkg/cli-dist@4.18.1", frozen: ["install", "--immutable"] };
const frozen = ["install", "--frozen-lockfile"];
const pnpm = { program: "bin/pnpm.cjs", way: pnpmWorkspace, frozen };

/** All managers, each pinned to a version. */
export const managers: readonly Manager[] = [
  { ...npm, name: "npm 10", package: "npm@10.9.9" },
  { ...npm, name: "npm 11", package: "npm@11.21.2" },
  { ...yarn, name: "Yarn 1", package: "yarn@1.22.22", frozen },
  { ...yarn4, name: "Yarn 4", linker: "node-modules" },
  { ...yarn4, name: "Yarn 4 with Plug'n'Play", linker: "pnp" },
  { ...pnpm, name: "pnpm 9", package: "pnpm@9.15.9", way: olderPnpm },
  { ...pnpm, name: "pnpm 10", package: "pnpm@10.34.8" },
  { ...pnpm, name: "pnpm 11", package: "pnpm@11.28.10", program: "bin/pnpm.mjs" },
  { name: "Bun", way: overrides, frozen },
  { name: "Deno", way: overrides, frozen: ["install", "--frozen"], staleLock: "deno.lock" },
];

/** Installs the managers into an empty folder. */
export async function installManagers(folder: string): Promise<void> {
  const packages = new Set(managers.flatMap((manager) => manager.package ?? []));
  const aliased = [...packages].map((each) => `${aliasOf(each)}@npm:${each}`);
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ private: true }));
  const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  await run(["npm", "install", ...quietly, ...aliased], { cwd: folder });
}

/** The command that runs a manager. */
export async function managerCommand(manager: Manager, folder: string): Promise<string[]> {
  if (manager.name === "Deno") return [Deno.execPath()];
  const runtime = manager.package === undefined ? "bun" : "node24";
  const [program] = await runtimeCommand(runtime) ?? [];
  if (program === undefined) throw new Error(`${runtime} is not here`);
  if (manager.package === undefined) return [program];
  return [program, `${folder}/node_modules/${aliasOf(manager.package)}/${manager.program}`];
}

/** Two versions of npm need two names: `npm@10.9.9` becomes `npm-10.9.9`. */
function aliasOf(name: string): string {
  return name.replace(/^@/, "").replace(/[@/]/g, "-");
}

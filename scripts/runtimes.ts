/**
 * Finds the runtimes that tests and tasks start as processes of their own.
 *
 * @module
 */

import { nodeProgram } from "./node_programs.ts";
import { run } from "./run.ts";

/** A version of Node; `node` is the machine's own, if that is 20 or later. */
export type NodeName = "node" | "node20" | "node22" | "node24";

/** A runtime that the server runs on. */
export type RuntimeName = "deno" | "bun" | NodeName;

/** The versions of Node for tests to go through. */
export const nodeNames: readonly NodeName[] = ["node20", "node22", "node24"];

/** Where runtimes other than this process's own come from. */
const npmPackages = {
  bun: "bun@1.4.5",
  node: "node@24",
  node20: "node@20",
  node22: "node@22",
  node24: "node@24",
};

const found = new Map<RuntimeName, Promise<string[] | undefined>>();

/**
 * The command that runs a script on the runtime: program and first arguments.
 * `undefined` when the machine neither has the runtime nor can fetch it. Node
 * wants a script that is compiled: see `scriptCommand`.
 */
export function runtimeCommand(
  name: RuntimeName,
): Promise<string[] | undefined> {
  let command = found.get(name);
  if (command === undefined) {
    command = find(name);
    found.set(name, command);
  }
  return command;
}

/**
 * The whole command that runs a script of the project on the runtime; arguments
 * may follow. On Node it uses the package for npm, which is made if need be.
 */
export async function scriptCommand(
  name: RuntimeName,
  script: URL,
): Promise<string[] | undefined> {
  const command = await runtimeCommand(name);
  if (command === undefined) return undefined;
  return [...command, isNode(name) ? await nodeProgram(script) : script.pathname];
}

function isNode(name: RuntimeName): boolean {
  return name.startsWith("node");
}

/** Names an environment variable that has the path of a runtime, empty if that is not here. */
function variableOf(name: RuntimeName): string {
  return `RUNTIME_${name.toUpperCase()}`;
}

/**
 * Finds all runtimes, and gives the environment that spares other processes the search: npx takes
 * a second of a processor for each.
 */
export async function runtimeEnvironment(): Promise<Record<string, string>> {
  const names = Object.keys(npmPackages) as (keyof typeof npmPackages)[];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => {
      const [path = ""] = await runtimeCommand(name) ?? [];
      return [variableOf(name), path] as const;
    })),
  );
}

async function find(name: RuntimeName): Promise<string[] | undefined> {
  if (name === "deno") return [Deno.execPath(), "run", "--allow-all"];
  const known = Deno.env.get(variableOf(name));
  const path = known === undefined ? await findPath(name) : known || undefined;
  if (path === undefined) return undefined;
  return name === "bun" ? [path, "run"] : [path];
}

async function findPath(name: keyof typeof npmPackages): Promise<string | undefined> {
  // npx starts the program as a grandchild, so ask it once for the program itself.
  if (name === "bun") {
    return await ask("npx", "-y", npmPackages.bun, "-e", "console.log(process.execPath)");
  }
  return await ownNode(name) ?? await ask("npx", "-y", npmPackages[name], "-p", "process.execPath");
}

/** The machine's own Node, if it is of that version. */
async function ownNode(name: NodeName): Promise<string | undefined> {
  const version = await ask("node", "-p", "process.versions.node");
  const major = parseInt(version ?? "");
  const fits = name === "node" ? major >= 20 : name === `node${major}`;
  return fits ? await ask("node", "-p", "process.execPath") : undefined;
}

/** What a program prints; `undefined` if it is not there or fails. */
async function ask(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const printed = (await run([program, ...args])).trim();
    return printed === "" ? undefined : printed;
  } catch {
    return undefined;
  }
}

/**
 * The commands that start the servers.
 *
 * @module
 */

import { programFiles } from "../node_programs.ts";
import { root } from "../npm_package/project.ts";
import { run } from "../run.ts";
import { runtimeCommand, type RuntimeName, scriptCommand } from "../runtimes.ts";
import { isBefore, type ServerName, servers } from "./servers.ts";

/** What has to be in a checkout, and what to do where it is not. */
const needed = [
  ["scripts/bench/servers/ours.ts", "it is not a checkout of this project"],
  ["node_modules/", "run `deno install` there"],
] as const;

/**
 * The command of each of these servers, after making what they need.
 *
 * @param before the folder of the other checkout, if there is one
 * @throws {Error} If there can be none.
 */
export async function commandsOf(
  names: readonly ServerName[],
  before?: URL,
): Promise<Map<ServerName, string[]>> {
  if (before !== undefined) await checkCheckout(before);
  const commands = new Map<ServerName, string[]>();
  for (const name of names) commands.set(name, await commandOf(name, before));
  return commands;
}

async function commandOf(name: ServerName, before: URL | undefined): Promise<string[]> {
  const { runtime, script } = servers[name];
  if (isBefore(name) && before === undefined) {
    throw new Error(`Cannot start ${name} without another checkout`);
  }
  const command = isBefore(name) && before !== undefined
    ? await commandIn(before, runtime, script)
    : await scriptCommand(runtime, new URL(script, root));
  if (command === undefined) throw new Error(`${runtime} is not on this machine`);
  return command;
}

async function checkCheckout(folder: URL): Promise<void> {
  for (const [path, what] of needed) {
    try {
      await Deno.stat(new URL(path, folder));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error(`Cannot compare with ${folder.pathname}: no ${path}, ${what}`);
    }
  }
}

/** The same as `scriptCommand`, in another checkout, which makes its package by its own scripts. */
async function commandIn(
  folder: URL,
  runtime: RuntimeName,
  script: string,
): Promise<string[] | undefined> {
  const command = await runtimeCommand(runtime);
  if (command === undefined) return undefined;
  if (runtime === "deno" || runtime === "bun") {
    return [...command, new URL(script, folder).pathname];
  }
  const compiler = new URL("scripts/npm_package/make_program.ts", folder);
  await run([Deno.execPath(), "run", "--allow-all", compiler.pathname, script], { cwd: folder });
  const program = programFiles(script).file.href.slice(root.href.length);
  return [...command, new URL(program, folder).pathname];
}

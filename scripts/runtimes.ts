/**
 * Finds the runtimes that tests and tasks start as processes of their own.
 *
 * @module
 */

/** A runtime that the server runs on. */
export type RuntimeName = "deno" | "bun";

/** All of them, in the order in which tests go through them. */
export const runtimeNames: readonly RuntimeName[] = ["deno", "bun"];

/** Where runtimes other than this process's own come from. */
const npmPackages = { bun: "bun@1.4.5" };

const found = new Map<RuntimeName, Promise<string[] | undefined>>();

/**
 * The command that runs a script on the runtime: program and first arguments.
 * `undefined` when the machine neither has the runtime nor can fetch it.
 */
export function runtimeCommand(
  name: RuntimeName,
): Promise<string[] | undefined> {
  let command = found.get(name);
  if (command === undefined) {
    command = name === "deno"
      ? Promise.resolve([Deno.execPath(), "run", "--allow-all"])
      : findBun();
    found.set(name, command);
  }
  return command;
}

/** npx starts the program as a grandchild, so ask it once for the program itself. */
async function findBun(): Promise<string[] | undefined> {
  try {
    const { code, stdout } = await new Deno.Command("npx", {
      args: ["-y", npmPackages.bun, "-e", "console.log(process.execPath)"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    const path = new TextDecoder().decode(stdout).trim();
    return code === 0 && path !== "" ? [path, "run"] : undefined;
  } catch {
    return undefined;
  }
}

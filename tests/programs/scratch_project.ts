/**
 * A temporary npm project with the programs of `project/`, their packages and our package.
 *
 * @module
 */

import { nodePackage } from "../../scripts/node_programs.ts";
import { pack } from "../../scripts/npm_package/tarball.ts";
import { run } from "../../scripts/run.ts";
import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { copyFolder } from "../support/copy_folder.ts";
import { ServerProcess } from "../support/server_process.ts";

export { canInstall } from "../support/can_install.ts";

const source = new URL("project/", import.meta.url);

/** A folder outside of ours, which is there until it is disposed of. */
export class ScratchProject implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes it and installs everything, once for all programs. */
  static async make(): Promise<ScratchProject> {
    // Some programs compare paths, and on macOS this one leads through a link.
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockjs-web-programs-" }));
    const project = new ScratchProject(folder);
    try {
      await copyFolder(source, folder);
      await nodePackage();
      const { path } = await pack(folder);
      const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
      await run(["npm", "install", ...quietly, path], { cwd: folder });
      await run(["npx", "next", "build"], {
        cwd: `${folder}/next`,
        env: { NEXT_TELEMETRY_DISABLED: "1" },
      });
      return project;
    } catch (error) {
      await project[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a program that prints its address. */
  async start(runtime: RuntimeName, script: string, order: string): Promise<ServerProcess> {
    return await ServerProcess.run([...await command(runtime), script, order], this.#folder);
  }

  /** Runs a program to its end, and gives what it printed. */
  async run(script: string, ...args: string[]): Promise<string> {
    return await run([...await command("node"), script, ...args], { cwd: this.#folder });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function command(runtime: RuntimeName): Promise<string[]> {
  const found = await runtimeCommand(runtime);
  if (found === undefined) throw new Error(`${runtime} is not here`);
  return found;
}

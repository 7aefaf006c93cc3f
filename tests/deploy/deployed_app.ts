/**
 * Runs the program of `examples/deploy/app/` from a temporary folder, with the npm package.
 *
 * @module
 */

import { nodePackage } from "../../scripts/node_programs.ts";
import { root } from "../../scripts/npm_package/project.ts";
import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { copyFolder } from "../support/copy_folder.ts";
import { ServerProcess } from "../support/server_process.ts";
import { deploy } from "./example_files.ts";

/** A folder with the program, which is there until it is disposed of. */
export class AppFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param packages what the program uses besides, such as the client of an engine */
  static async make(...packages: string[]): Promise<AppFolder> {
    const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockjs-web-app-" }));
    await copyFolder(new URL("app/", deploy), path);
    await nodePackage();
    const link = async (name: string, to: string) => {
      const place = `${path}/node_modules/${name}`;
      await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
      await Deno.symlink(new URL(to, root).pathname, place);
    };
    await link("sockjs-web", "npm");
    for (const name of packages) await link(name, `node_modules/${name}`);
    return new AppFolder(path);
  }

  /**
   * Starts the program on a free port.
   *
   * @param env more of its environment
   * @param before a command that runs the rest
   */
  async start(
    runtime: RuntimeName,
    env: Readonly<Record<string, string>> = {},
    before: readonly string[] = [],
  ): Promise<ServerProcess> {
    const variables = Object.entries({ PORT: "0", ...env }).map((each) => each.join("="));
    const command = await this.command(runtime, "server.mjs");
    return await ServerProcess.run(["env", ...variables, ...before, ...command], this.path);
  }

  /** The command that runs one of its scripts. */
  async command(runtime: RuntimeName, script: string): Promise<string[]> {
    const command = await runtimeCommand(runtime);
    if (command === undefined) throw new Error(`${runtime} is not here`);
    return [...command, `${this.path}/${script}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

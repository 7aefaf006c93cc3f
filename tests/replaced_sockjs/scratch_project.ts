/**
 * Temporary npm projects with programs that use `sockjs`: with that package, or with ours in its
 * place.
 *
 * @module
 */

import { nodePackage } from "../../scripts/node_programs.ts";
import { dropInName } from "../../scripts/npm_package/package_json.ts";
import { npm } from "../../scripts/npm_package/project.ts";
import { pack } from "../../scripts/npm_package/tarball.ts";
import { run } from "../../scripts/run.ts";
import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { copyFolder } from "../support/copy_folder.ts";
import { ServerProcess } from "../support/server_process.ts";

/** What the projects are made of, as far as this changes. */
export interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** A folder outside of ours, which is there until it is disposed of. */
export class ScratchProject implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Installs packages beside a copy of a folder's files.
   *
   * @param packageJson gets the specifier of our package, which it may use
   */
  static async make(
    source: URL,
    packageJson: (dropIn: string) => PackageJson | Promise<PackageJson>,
  ): Promise<ScratchProject> {
    // On macOS this path leads through a link.
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockjs-web-replaced-" }));
    const project = new ScratchProject(folder);
    try {
      await copyFolder(source, folder);
      await nodePackage();
      const { path } = await pack(folder, new URL(`${dropInName}/`, npm));
      const json = { private: true, ...await packageJson(`file:${path}`) };
      await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(json));
      const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
      await run(["npm", "install", ...quietly], { cwd: folder });
      return project;
    } catch (error) {
      await project[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a program that prints its address. */
  async start(runtime: RuntimeName, script: string): Promise<ServerProcess> {
    return await ServerProcess.run([...await command(runtime), script], this.folder);
  }

  /** Runs a program to its end, and gives what it printed. */
  async run(runtime: RuntimeName, script: string, args: readonly string[]): Promise<string> {
    return await run([...await command(runtime), script, ...args], { cwd: this.folder });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function command(runtime: RuntimeName): Promise<string[]> {
  const found = await runtimeCommand(runtime);
  if (found === undefined) throw new Error(`${runtime} is not here`);
  return found;
}

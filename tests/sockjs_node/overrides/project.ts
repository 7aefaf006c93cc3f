/**
 * A project in a temporary folder, whose packages a manager installs.
 *
 * @module
 */

import { run } from "../../../scripts/run.ts";
import { runtimeCommand, type RuntimeName } from "../../../scripts/runtimes.ts";
import { type Manager, managerCommand, type Way } from "./managers.ts";
import type { Surroundings } from "./surroundings.ts";

/** What `check.cjs` prints. */
export interface Loaded {
  /** The package that a dependency gets. */
  readonly below: string;
  /** The package that the project itself gets, if there is one for it. */
  readonly beside: string | null;
  /** How a service of the dependency greets. */
  readonly response: string;
  /** The type of the function that webpack-dev-server replaces in `sockjs/lib/transport`. */
  readonly hook: string;
}

const program = new URL("check.cjs", import.meta.url);

/** The project; its folder is there until it is disposed of. */
export class Project implements AsyncDisposable {
  readonly #folder: string;
  readonly #manager: Manager;
  readonly #command: readonly string[];

  private constructor(folder: string, manager: Manager, command: readonly string[]) {
    this.#folder = folder;
    this.#manager = manager;
    this.#command = command;
  }

  /** Makes a project without packages. */
  static async make(manager: Manager, { registry, folder }: Surroundings): Promise<Project> {
    const command = await managerCommand(manager, folder);
    const made = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockjs-web-project-" }));
    const project = new Project(made, manager, command);
    await Deno.mkdir(`${made}/home`);
    await Deno.copyFile(program, `${made}/check.cjs`);
    await project.#write(".npmrc", `registry=${registry.address}/\n`);
    // Yarn since version 2 does not read .npmrc.
    const lines = [
      `npmRegistryServer: "${registry.address}"`,
      "unsafeHttpWhitelist: [127.0.0.1]",
      `nodeLinker: ${manager.linker}`,
      "enableTelemetry: false",
    ];
    if (manager.linker !== undefined) await project.#write(".yarnrc.yml", lines.join("\n"));
    return project;
  }

  /** Installs packages, and replaces some in that way. */
  async install(dependencies: Record<string, string>, { json, yaml }: Way = {}): Promise<void> {
    const { staleLock } = this.#manager;
    if (staleLock !== undefined) await this.#remove(staleLock);
    const packageJson = { name: "project", private: true, dependencies, ...json };
    await this.#write("package.json", JSON.stringify(packageJson));
    if (yaml !== undefined) await this.#write("pnpm-workspace.yaml", yaml);
    await this.#run([...this.#command, "install"]);
  }

  /** Installs what the lockfile names, into a project without packages. */
  async installFrozen(): Promise<void> {
    await this.#remove("node_modules");
    await this.#run([...this.#command, ...this.#manager.frozen]);
  }

  /** What programs get as `sockjs`. */
  async loaded(runtime: RuntimeName = "node24"): Promise<Loaded> {
    const command = await runtimeCommand(runtime);
    if (command === undefined) throw new Error(`${runtime} is not here`);
    const finder = this.#manager.linker === "pnp" ? ["--require", "./.pnp.cjs"] : [];
    return JSON.parse(await this.#run([...command, ...finder, "check.cjs"]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** Without the settings that this machine's user has for managers. */
  async #run(command: readonly string[]): Promise<string> {
    const env = { HOME: `${this.#folder}/home`, PATH: Deno.env.get("PATH") ?? "" };
    return await run(command, { cwd: this.#folder, env, clearEnv: true });
  }

  async #write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.#folder}/${name}`, text);
  }

  async #remove(name: string): Promise<void> {
    try {
      await Deno.remove(`${this.#folder}/${name}`, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * webpack-dev-server in a process of its own, with a small application.
 *
 * @module
 */

import { ServerProcess } from "../support/server_process.ts";
import type { ScratchProject } from "./scratch_project.ts";

/** What a webpack.config.js has under `devServer`. */
export type DevServerOptions = Readonly<Record<string, unknown>>;

/** One that runs, until it is told to stop. */
export class DevServer implements AsyncDisposable {
  /** Where its pages are. */
  readonly address: string;
  readonly #process: ServerProcess;
  readonly #folder: string;
  readonly #packageName: string;

  private constructor(
    address: string,
    process: ServerProcess,
    folder: string,
    packageName: string,
  ) {
    this.address = address;
    this.#process = process;
    this.#folder = folder;
    this.#packageName = packageName;
  }

  /** Starts the one of a package, and waits until it serves. */
  static async start(
    project: ScratchProject,
    packageName: string,
    options: DevServerOptions,
  ): Promise<DevServer> {
    const process = await project.start("node24", "dev_server.cjs");
    try {
      const address = await ask(process, "start", { packageName, options });
      return new DevServer(address, process, project.folder, packageName);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  get port(): number {
    return Number(new URL(this.address).port);
  }

  /** Stops it, and starts another one on its port. */
  async restart(options: DevServerOptions): Promise<void> {
    await ask(this.#process, "restart", { packageName: this.#packageName, options });
  }

  /** Stops it, and waits for the end of its process, which comes by itself. */
  async stop(): Promise<{ code: number; stderr: string }> {
    await ask(this.#process, "stop");
    await ask(this.#process, "leave");
    const { code, stderr } = await this.#process.ended();
    return { code, stderr };
  }

  /** Changes a file of the application. */
  async write(file: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.#folder}/app/${file}`, text);
  }

  /** What a file of the application has. */
  async read(file: string): Promise<string> {
    return await Deno.readTextFile(`${this.#folder}/app/${file}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

async function ask({ address }: ServerProcess, command: string, body?: unknown): Promise<string> {
  const response = await fetch(`${address}/${command}`, {
    method: "POST",
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const result = await response.json();
  if (!response.ok) throw new Error(`${command}: ${result}`);
  return result;
}

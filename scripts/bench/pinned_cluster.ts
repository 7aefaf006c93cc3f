/**
 * All processes of a server under measurement: one, or those of a cluster.
 *
 * @module
 */

import { PinnedServer } from "./pinned_server.ts";
import { type ServerName, servers } from "./servers.ts";

/** A running server. */
export class PinnedCluster implements AsyncDisposable {
  readonly processes: PinnedServer[] = [];
  #folder: string | undefined;

  /** Starts one process after the other: each is linked with those before. */
  static async start(
    name: ServerName,
    command: readonly string[],
    bytes: number,
  ): Promise<PinnedCluster> {
    const { cluster, carried } = servers[name];
    const started = new PinnedCluster();
    try {
      if (cluster > 0) started.#folder = await Deno.makeTempDir();
      const args = started.#folder === undefined ? [] : [started.#folder];
      if (carried !== undefined) args.push("shared");
      for (let count = 0; count < Math.max(cluster, 1); count++) {
        started.processes.push(await PinnedServer.start(command, bytes, ...args));
      }
      return started;
    } catch (error) {
      await started.end();
      throw error;
    }
  }

  /** Ends it, and gives what it wrote to its standard error. */
  async end(): Promise<string> {
    const errors = await Promise.all(this.processes.map((process) => process.end()));
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
    return errors.join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/**
 * All processes of a server under measurement: one, or those of a cluster.
 *
 * @module
 */

import { type BusName, Engine } from "./engine.ts";
import { PinnedServer } from "./pinned_server.ts";
import { type ServerName, servers } from "./servers.ts";

/** A running server. */
export class PinnedCluster implements AsyncDisposable {
  readonly processes: PinnedServer[] = [];
  /** Through which they exchange messages, unless they have a local bus. */
  engine: Engine | undefined;
  #folder: string | undefined;

  /** Starts one process after the other: each is linked with those before. */
  static async start(
    name: ServerName,
    command: readonly string[],
    bytes: number,
    bus: BusName = "local",
  ): Promise<PinnedCluster> {
    const { cluster, carried } = servers[name];
    const started = new PinnedCluster();
    try {
      const args: string[] = [];
      if (cluster > 0) args.push(await started.#open(bus));
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

  /** Gives the address of the bus. */
  async #open(bus: BusName): Promise<string> {
    if (bus === "local") return this.#folder = await Deno.makeTempDir();
    this.engine = await Engine.start(bus);
    return this.engine.address;
  }

  /** Ends it, and gives what it wrote to its standard error. */
  async end(): Promise<string> {
    const errors = await Promise.all(this.processes.map((process) => process.end()));
    await this.engine?.end();
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
    return errors.join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

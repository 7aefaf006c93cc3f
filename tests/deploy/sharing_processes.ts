/**
 * The processes that share sessions, one on each runtime.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { HostName } from "../support/hosts.ts";
import { ServerProcess } from "../support/server_process.ts";
import type { SessionRecord } from "./sharing_server.ts";

const script = new URL("sharing_server.ts", import.meta.url);

/** What the processes run on. */
export const runtimes = ["deno", "bun", "node24", "node20"] as const satisfies HostName[];

/** Each has the service `/echo`. */
export class SharingProcesses implements AsyncDisposable {
  readonly #processes: ServerProcess[];
  readonly #folder: string;
  readonly #seen: number[] = [];

  private constructor(processes: ServerProcess[], folder: string) {
    this.#processes = processes;
    this.#folder = folder;
  }

  /** Starts them; `others` is what they take besides. */
  static async start(...others: string[]): Promise<SharingProcesses> {
    const folder = await Deno.makeTempDir({ prefix: "sockjs-carrying-" });
    const processes = await Promise.all(
      runtimes.map((runtime) =>
        ServerProcess.start(runtime, script, ["--folder", folder, ...others])
      ),
    );
    return new SharingProcesses(processes, folder);
  }

  get ports(): number[] {
    return this.#processes.map(({ port }) => port);
  }

  /** What the processes have printed as errors since it was asked last. */
  complaints(): string {
    return this.#processes.map(({ stderr }, at) => {
      const seen = this.#seen[at] ?? 0;
      this.#seen[at] = stderr.length;
      return stderr.slice(seen);
    }).join("");
  }

  /** Asks a process to end, and waits until it has. */
  async stop(at: number): Promise<void> {
    assertEquals((await this.#processes[at]!.stop()).code, 0);
  }

  /** What each process knows of a session, in the order of the runtimes. */
  records(session: string): Promise<SessionRecord[]> {
    return Promise.all(this.#processes.map(async ({ address }) => {
      const records = await (await fetch(`${address}/records`)).json();
      return records[session] ?? { connections: 0, requests: {} };
    }));
  }

  /**
   * Checks that one process has the session, and which of its requests were carried: some by each of
   * the others, and some of each kind. Requests may alternate in step with the processes, so that one
   * gets a single kind.
   *
   * @param kinds none for a websocket, which is not carried
   */
  async checkCarried(session: string, kinds: readonly string[]): Promise<void> {
    const records = await this.records(session);
    const connections = records.map(({ connections }) => connections);
    assertEquals(connections.toSorted(), [0, 0, 0, 1], "Connections");
    const carried = records.filter(({ connections }) => connections === 0)
      .map(({ requests }) => Object.keys(requests));
    assertEquals(new Set(carried.flat()), new Set(kinds), "Requests that were carried");
    if (kinds.length > 0) assert(carried.every(({ length }) => length > 0), "One carried nothing");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    await Deno.remove(this.#folder, { recursive: true });
  }
}

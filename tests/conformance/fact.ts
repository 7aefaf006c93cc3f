/**
 * Facts of the protocol, each tested on every runtime.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runtimeCommand, type RuntimeName, runtimeNames } from "../../scripts/runtimes.ts";
import { ServerProcess } from "./server_process.ts";
import { TestServer } from "./test_server.ts";

/** What may be said of a fact. */
export interface FactOptions {
  /** Runtimes on which it cannot hold, with the reason. */
  skip?: Partial<Record<RuntimeName, string>>;
}

const absent = new Set<RuntimeName>();
for (const runtime of runtimeNames) {
  if (await runtimeCommand(runtime) !== undefined) continue;
  // Where everything must be there, starting the server fails instead.
  if (Deno.env.get("CI") === "true") continue;
  console.log(`${runtime} is not on this machine: its facts are skipped`);
  absent.add(runtime);
}

const processes = new Map<RuntimeName, Promise<ServerProcess>>();

/** The runtime's server: started by the first fact that needs it. */
function serverProcess(runtime: RuntimeName): Promise<ServerProcess> {
  let process = processes.get(runtime);
  if (process === undefined) {
    process = ServerProcess.start(runtime);
    processes.set(runtime, process);
  }
  return process;
}

/**
 * Registers one test per runtime.
 *
 * @param section the section of PROTOCOL.md that states it
 * @param sentence what is the case, so that it can be false
 */
export function fact(
  section: string,
  sentence: string,
  holds: (server: TestServer) => Promise<void>,
  { skip = {} }: FactOptions = {},
): void {
  for (const runtime of runtimeNames) {
    const reason = skip[runtime];
    Deno.test({
      name: `${runtime} §${section} ${sentence}` +
        (reason === undefined ? "" : ` (skipped: ${reason})`),
      ignore: absent.has(runtime) || reason !== undefined,
      fn: async () => {
        using server = new TestServer(runtime, await serverProcess(runtime));
        await holds(server);
        assertEquals(server.stderr, "", "on the server's standard error");
      },
    });
  }
}

/** Registers the last test of a run: the server stops as told, and was silent. */
export function factOfTheEnd(): void {
  for (const runtime of runtimeNames) {
    Deno.test({
      name: `${runtime} stops when told, and printed only where it listens`,
      ignore: absent.has(runtime),
      fn: async () => {
        const process = await serverProcess(runtime);
        processes.delete(runtime);
        assertEquals(await process.stop(), {
          code: 0,
          stdout: `http://127.0.0.1:${process.port}\n`,
          stderr: "",
        });
      },
    });
  }
}

// With a filter, the last test may not be among those that run.
Deno.test.afterAll(async () => {
  for (const process of processes.values()) await (await process).stop();
});

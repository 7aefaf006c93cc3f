/**
 * Facts of the protocol, each tested on every runtime.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runtimeCommand, type RuntimeName, runtimeNames } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../server_process.ts";
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

const script = new URL("./server.ts", import.meta.url);
const processes = new Map<RuntimeName, Promise<ServerProcess>>();

/** The runtime's server: started by the first fact that needs it. */
function serverProcess(runtime: RuntimeName): Promise<ServerProcess> {
  let process = processes.get(runtime);
  if (process === undefined) {
    process = ServerProcess.start(runtime, script);
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
    register(runtime, section, sentence, skip[runtime], () => hold(runtime, holds));
  }
}

/** A fact of several that take long, and wait most of that time. */
export interface WaitingFact extends FactOptions {
  sentence: string;
  holds: (server: TestServer) => Promise<void>;
}

/** Registers facts like {@linkcode fact}; the first to run starts them all, on every runtime. */
export function factsAtOnce(section: string, facts: readonly WaitingFact[]): void {
  const results = new Map<string, Promise<Error | undefined>>();
  const key = (runtime: RuntimeName, sentence: string) => `${runtime} ${sentence}`;
  const runs = (runtime: RuntimeName, { skip }: WaitingFact) =>
    !absent.has(runtime) && skip?.[runtime] === undefined;
  const start = () => {
    for (const runtime of runtimeNames) {
      for (const each of facts.filter((each) => runs(runtime, each))) {
        const result = hold(runtime, each.holds).then(() => undefined, (error) => error);
        results.set(key(runtime, each.sentence), result);
      }
    }
  };
  for (const { sentence, skip = {} } of facts) {
    for (const runtime of runtimeNames) {
      register(runtime, section, sentence, skip[runtime], async () => {
        if (results.size === 0) start();
        const error = await results.get(key(runtime, sentence));
        if (error !== undefined) throw error;
      });
    }
  }
}

async function hold(
  runtime: RuntimeName,
  holds: (server: TestServer) => Promise<void>,
): Promise<void> {
  using server = new TestServer(runtime, await serverProcess(runtime));
  await holds(server);
  assertEquals(server.stderr, "", "on the server's standard error");
}

function register(
  runtime: RuntimeName,
  section: string,
  sentence: string,
  skipped: string | undefined,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name: `${runtime} §${section} ${sentence}` +
      (skipped === undefined ? "" : ` (skipped: ${skipped})`),
    ignore: absent.has(runtime) || skipped !== undefined,
    fn,
  });
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
          signal: null,
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

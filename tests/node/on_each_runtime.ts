/**
 * Registers tests of `node:http` programs for every runtime that has it: on Node with the npm
 * package, elsewhere with the sources.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { nodeNames, type RuntimeName } from "../../scripts/runtimes.ts";
import { presentHosts } from "../support/hosts.ts";
import { ServerProcess } from "../support/server_process.ts";
import { Program } from "./program.ts";

/** All runtimes with `node:http`. */
const runtimes: readonly RuntimeName[] = [...nodeNames, "deno", "bun"];

const present: ReadonlySet<string> = presentHosts;

/** Reasons why something is not tested, by the runtime or for all versions of Node. */
export type Skips = Partial<Record<RuntimeName, string>>;

function skipReason(runtime: RuntimeName, skip: Skips): string | undefined {
  return skip[runtime] ?? (runtime.startsWith("node") ? skip.node : undefined);
}

/** Registers a test on each runtime, as its own name says. */
export function onEachRuntime(
  sentence: string,
  test: (runtime: RuntimeName) => Promise<void>,
  skip: Skips = {},
): void {
  for (const runtime of runtimes) {
    const reason = skipReason(runtime, skip);
    Deno.test({
      name: `${runtime} node:http: ${sentence}` +
        (reason === undefined ? "" : ` (skipped: ${reason})`),
      ignore: !present.has(runtime) || reason !== undefined,
      // Programs outlive tests.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => test(runtime),
    });
  }
}

type Test = (program: Program) => Promise<void>;

/** A program of the folder `programs/`, one process of which serves all tests of a file. */
export class Programs {
  readonly #script: URL;
  readonly #skip: Skips;
  readonly #processes = new Map<RuntimeName, Promise<ServerProcess>>();
  /** Tests that run at once, and what they came to. */
  readonly #waiting: Test[] = [];
  #results: Map<Test, Map<RuntimeName, Promise<unknown>>> | undefined;

  /** @param skip What holds for all tests. */
  constructor(script: string, skip: Skips = {}) {
    this.#skip = skip;
    this.#script = new URL(`programs/${script}`, import.meta.url);
    Deno.test.afterAll(async () => {
      await Promise.allSettled(this.#processes.values().map(async (each) => (await each).stop()));
    });
  }

  /** Registers a test on each runtime. The program lives on and has been silent, else it fails. */
  test(sentence: string, test: Test, skip: Skips = {}): void {
    onEachRuntime(sentence, async (runtime) => {
      const process = await this.#process(runtime);
      try {
        await run(test, runtime, process);
      } catch (error) {
        // What comes next need not fail with it.
        this.#processes.delete(runtime);
        console.log((await process.kill()).stderr);
        throw error;
      }
    }, { ...this.#skip, ...skip });
  }

  /** The same for a test that does little but wait: the first of these to run starts them all. */
  waitingTest(sentence: string, test: Test): void {
    this.#waiting.push(test);
    onEachRuntime(sentence, async (runtime) => {
      this.#results ??= await this.#runWaiting();
      const error = await this.#results.get(test)?.get(runtime);
      if (error !== undefined) throw error;
    }, this.#skip);
  }

  async #runWaiting(): Promise<Map<Test, Map<RuntimeName, Promise<unknown>>>> {
    const here = runtimes.filter((runtime) =>
      present.has(runtime) && skipReason(runtime, this.#skip) === undefined
    );
    const processes = await Promise.all(here.map((runtime) => this.#process(runtime)));
    const result = (test: Test, at: number) =>
      run(test, here[at]!, processes[at]!).then(() => undefined, (error) => error);
    return new Map(
      this.#waiting.map((test) => [
        test,
        new Map(here.map((runtime, at) => [runtime, result(test, at)])),
      ]),
    );
  }

  #process(runtime: RuntimeName): Promise<ServerProcess> {
    let process = this.#processes.get(runtime);
    if (process === undefined) {
      process = ServerProcess.start(runtime, this.#script);
      this.#processes.set(runtime, process);
    }
    return process;
  }
}

async function run(test: Test, runtime: RuntimeName, process: ServerProcess): Promise<void> {
  using program = new Program(runtime, process);
  await test(program);
  await program.ask("ports");
  assertEquals(program.stderr, "", "on the program's standard error");
}

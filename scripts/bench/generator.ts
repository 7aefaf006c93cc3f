/**
 * Compiles and runs the load generator, `loadgen.c`.
 *
 * @module
 */

import { run } from "../run.ts";
import { generatorCore } from "./cores.ts";

const source = new URL("loadgen.c", import.meta.url);

/** What the generator saw. */
export interface Run {
  /** Messages, or sessions, while it counted. */
  readonly delivered: number;
  /** Messages that it left out, since others had waited too long for their answers. */
  readonly missed: number;
  readonly seconds: number;
  /** Latencies in microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU seconds of the server, and of the generator. */
  readonly cpu: number;
  readonly generatorCpu: number;
  /** The same of the engine through which the server's processes exchange messages. */
  readonly engineCpu: number;
  /** The same of all other programs, to a hundredth of a second or so. */
  readonly otherCpu: number;
  /** Bytes that the server had resident at the end. */
  readonly memory: number;
  /** The same for each session, as they were opened; with `idle`. */
  readonly memoryForEach: number;
}

/** Why there can be no load on this machine; `undefined` if there can. */
export async function missing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "the load generator is for Linux";
  for (const [program, option] of [["cc", "--version"], ["taskset", "--version"]] as const) {
    try {
      await run([program, option]);
    } catch {
      return `${program} is not on this machine`;
    }
  }
}

/** The compiled generator, in a folder of its own. */
export class Generator implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Compiles it. */
  static async build(): Promise<Generator> {
    const generator = new Generator(await Deno.makeTempDir());
    await run(["cc", "-O2", "-o", generator.#program, source.pathname]);
    return generator;
  }

  get #program(): string {
    return `${this.#folder}/loadgen`;
  }

  /**
   * Puts load on a server, evenly on its processes.
   *
   * @param load transport and action
   * @param options as in `loadgen.c`; `each` instead of `n`, and `rate` instead of `r`, are the
   * number of sessions, and of messages a second, for each process
   * @param engine through which the processes exchange messages, if there is one
   * @throws {Error} If anything is not as the protocol has it.
   */
  async run(
    processes: readonly { readonly port: number; readonly pid: number }[],
    load: readonly [transport: string, action: string],
    { each, rate, ...options }: Readonly<Record<string, number>>,
    engine?: { readonly pid: number },
  ): Promise<Run> {
    const all = {
      ...options,
      ...(each !== undefined && { n: each * processes.length }),
      ...(rate !== undefined && { r: rate * processes.length }),
      ...(engine && { E: engine.pid }),
    };
    const list = (of: (process: (typeof processes)[number]) => number) => processes.map(of).join();
    return JSON.parse(
      await run([
        ...["taskset", "--cpu-list", `${generatorCore}`, this.#program],
        ...[...load, list(({ port }) => port), "-P", list(({ pid }) => pid)],
        ...Object.entries(all).flatMap(([name, value]) => [`-${name}`, `${value}`]),
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

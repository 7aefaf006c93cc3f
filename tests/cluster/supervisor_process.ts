/**
 * A supervisor in a process of its own, and what it and its workers print.
 *
 * @module
 */

import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import type { Plan } from "./supervised.ts";

const program = new URL("supervised.ts", import.meta.url);

/** How a process ended. */
export interface End {
  code: number;
  signal: string | null;
}

/** Runs `supervised.ts`. */
export class SupervisorProcess implements AsyncDisposable {
  /** All lines so far. */
  readonly lines: string[] = [];
  /** Resolves when the process and all workers have ended: each has the output open. */
  readonly allEnded: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #changed = Promise.withResolvers<void>();
  #hasEnded = false;
  #read = 0;

  private constructor([command = "", ...args]: readonly string[], { lost, variable }: Plan) {
    this.#child = new Deno.Command(command, {
      args,
      env: variable === undefined ? {} : { SOCKJS_WORKER: variable },
      stdin: "piped",
      stdout: "piped",
      // What workers print when they fail.
      stderr: lost === undefined ? "null" : "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    if (lost !== undefined) this.#child[lost].cancel();
    this.allEnded = this.#readLines(lost === "stdout" ? this.#child.stderr : this.#child.stdout);
  }

  static async start(runtime: RuntimeName, plan: Plan): Promise<SupervisorProcess> {
    const command = await scriptCommand(runtime, program);
    if (command === undefined) throw new Error(`${runtime} is not here`);
    return new SupervisorProcess([...command, JSON.stringify(plan)], plan);
  }

  /** The next line that matches, after those that were found before. */
  async next(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (; this.#read < this.lines.length;) {
        const found = pattern.exec(this.lines[this.#read++]!);
        if (found !== null) return found;
      }
      if (this.#hasEnded) throw new Error(`No line matches ${pattern}: ${this.lines.join("\n")}`);
      await this.#changed.promise;
    }
  }

  /** The first groups of the next lines that match. */
  async several(count: number, pattern: RegExp): Promise<string[]> {
    const found: string[] = [];
    while (found.length < count) found.push((await this.next(pattern))[1]!);
    return found;
  }

  /** How often a line matches so far. */
  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  async say(command: "restart" | "stop" | "end"): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${command}\n`));
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  signalIfAlive(signal: Deno.Signal): void {
    try {
      this.signal(signal);
    } catch {
      // It has ended.
    }
  }

  /** Waits until the supervisor has ended. */
  async ended(): Promise<End> {
    const { code, signal } = await this.#child.status;
    return { code, signal };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signalIfAlive("SIGKILL");
    await this.#child.status;
    await this.#writer.close().catch(() => {});
    await this.allEnded;
  }

  async #readLines(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
      this.#wake();
    }
    this.#hasEnded = true;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

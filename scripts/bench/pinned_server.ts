/**
 * A server under measurement: a fresh process, pinned to one core.
 *
 * @module
 */

import { serverCore } from "./cores.ts";

/** A running server. */
export class PinnedServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  readonly port: number;

  private constructor(child: Deno.ChildProcess, stderr: Promise<string>, port: number) {
    this.#child = child;
    this.#stderr = stderr;
    this.port = port;
  }

  /**
   * Starts a server, and waits until it listens.
   *
   * @param command what `commandsOf` has for it
   * @param bytes how long the messages will be: floors answer without looking
   * @param args what follows that on the command line
   */
  static async start(
    command: readonly string[],
    bytes: number,
    ...args: readonly string[]
  ): Promise<PinnedServer> {
    const child = new Deno.Command("taskset", {
      args: ["--cpu-list", `${serverCore}`, ...command, `${bytes}`, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = new Response(child.stderr).text();
    let printed = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (printed.includes("\n")) break;
    }
    const port = /^http:\/\/127\.0\.0\.1:([0-9]+)\n/.exec(printed)?.[1];
    if (port === undefined) {
      throw new Error(`${command.join(" ")} does not listen: ${printed}${await stderr}`);
    }
    return new PinnedServer(child, stderr, Number(port));
  }

  /** The system's number for it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Ends it, and gives what it wrote to its standard error. */
  async end(): Promise<string> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself, after it said why.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    return await this.#stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

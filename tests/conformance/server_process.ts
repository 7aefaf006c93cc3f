/**
 * The server under test, as a process of its own.
 *
 * @module
 */

import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";

const script = new URL("./server.ts", import.meta.url).pathname;

/** A running server and what it printed. */
export class ServerProcess {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Printed;
  readonly #stderr: Printed;

  private constructor(
    child: Deno.ChildProcess,
    stdout: Printed,
    stderr: Printed,
    port: number,
  ) {
    this.#child = child;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.port = port;
  }

  /** Starts it on a port of the system's choice and waits until it listens. */
  static async start(runtime: RuntimeName): Promise<ServerProcess> {
    const command = await runtimeCommand(runtime);
    const [program, ...args] = command ?? [];
    if (program === undefined) throw new Error(`${runtime} is not here`);
    const child = new Deno.Command(program, {
      args: [...args, script, "--port", "0"],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = new Printed(child.stdout);
    const stderr = new Printed(child.stderr);
    const address = await stdout.firstLine();
    const port = /^http:\/\/127\.0\.0\.1:([0-9]+)$/.exec(address)?.[1];
    if (port === undefined) {
      child.kill();
      await stderr.ended;
      throw new Error(
        `The server on ${runtime} did not start: ${address}${stderr.text}`,
      );
    }
    return new ServerProcess(child, stdout, stderr, Number(port));
  }

  /** The system's number for it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** All it wrote to its standard error so far. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** Asks it to stop, and says how it ended and what it printed. */
  async stop(): Promise<{ code: number; stdout: string; stderr: string }> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      // It has ended by itself; its exit code tells.
      if (!(error instanceof TypeError)) throw error;
    }
    const { code } = await this.#child.status;
    await Promise.all([this.#stdout.ended, this.#stderr.ended]);
    return { code, stdout: this.#stdout.text, stderr: this.#stderr.text };
  }
}

/** Collects an output stream from the start, so that the process never waits. */
class Printed {
  text = "";
  readonly ended: Promise<void>;
  readonly #lineEnd = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#collect(stream);
  }

  /** What stands before the first line break, or all of it at the end. */
  async firstLine(): Promise<string> {
    await Promise.race([this.#lineEnd.promise, this.ended]);
    return this.text.split("\n")[0] ?? "";
  }

  async #collect(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      if (this.text.includes("\n")) this.#lineEnd.resolve();
    }
  }
}

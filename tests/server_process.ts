/**
 * A server under test, as a process of its own.
 *
 * @module
 */

import { type RuntimeName, scriptCommand } from "../scripts/runtimes.ts";

/** How a process ended, and all that it printed. */
export interface Ended {
  signal: string | null;
  code: number;
  stdout: string;
  stderr: string;
}

/** A running server and what it printed. */
export class ServerProcess implements AsyncDisposable {
  /** 0 where it listens on a unix socket. */
  readonly port: number;
  /** That of its unix socket, where it listens on one. */
  readonly path: string | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Printed;
  readonly #stderr: Printed;

  private constructor(
    child: Deno.ChildProcess,
    stdout: Printed,
    stderr: Printed,
    port: number,
    path: string | undefined,
  ) {
    this.#child = child;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.port = port;
    this.path = path;
  }

  /**
   * Starts a script on a port of the system's choice and waits until it listens.
   *
   * @param script a file that takes `--port` and prints its address
   * @param others what else it takes
   */
  static async start(
    runtime: RuntimeName,
    script: URL,
    others: readonly string[] = [],
  ): Promise<ServerProcess> {
    const command = await scriptCommand(runtime, script);
    const [program, ...args] = command ?? [];
    if (program === undefined) throw new Error(`${runtime} is not here`);
    const child = new Deno.Command(program, {
      args: [...args, "--port", "0", ...others],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = new Printed(child.stdout);
    const stderr = new Printed(child.stderr);
    const address = await stdout.firstLine();
    const port = /^http:\/\/127\.0\.0\.1:([0-9]+)$/.exec(address)?.[1];
    const path = /^unix:(.+)$/.exec(address)?.[1];
    if (port === undefined && path === undefined) {
      child.kill();
      await stderr.ended;
      throw new Error(
        `The server on ${runtime} did not start: ${address}${stderr.text}`,
      );
    }
    return new ServerProcess(child, stdout, stderr, Number(port ?? 0), path);
  }

  /** The system's number for it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** All it wrote to its standard error so far. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** Where it listens, without a slash at the end. */
  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Asks it to stop, and says how it ended. */
  stop(): Promise<Ended> {
    return this.#end("SIGTERM");
  }

  /** Takes it away without a warning. */
  kill(): Promise<Ended> {
    return this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(how: Deno.Signal): Promise<Ended> {
    try {
      this.#child.kill(how);
    } catch (error) {
      // It has ended by itself; its exit code tells.
      if (!(error instanceof TypeError)) throw error;
    }
    return await this.ended();
  }

  /** Waits until it has ended by itself, and says how. */
  async ended(): Promise<Ended> {
    const { code, signal } = await this.#child.status;
    await Promise.all([this.#stdout.ended, this.#stderr.ended]);
    return { code, signal, stdout: this.#stdout.text, stderr: this.#stderr.text };
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

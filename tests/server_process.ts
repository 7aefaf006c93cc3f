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
    if (command === undefined) throw new Error(`${runtime} is not here`);
    return await ServerProcess.run([...command, "--port", "0", ...others]);
  }

  /**
   * Runs a command that starts a server, and waits until it listens.
   *
   * @param command its program and arguments; it prints its address
   */
  static async run(
    [program = "", ...args]: readonly string[],
    cwd?: string,
  ): Promise<ServerProcess> {
    const child = new Deno.Command(program, {
      args,
      ...(cwd !== undefined && { cwd }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = new Printed(child.stdout);
    const stderr = new Printed(child.stderr);
    const port = await stdout.port();
    if (port === undefined) {
      child.kill();
      await stderr.ended;
      throw new Error(
        `${[program, ...args].join(" ")} did not start: ${stdout.text}${stderr.text}`,
      );
    }
    return new ServerProcess(child, stdout, stderr, port);
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

/** A line with an address. */
const addressLine = /^http:\/\/127\.0\.0\.1:([0-9]+)\n/m;

/** Collects an output stream from the start, so that the process never waits. */
class Printed {
  text = "";
  readonly ended: Promise<void>;
  readonly #port = Promise.withResolvers<number | undefined>();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#collect(stream);
  }

  /** That of the first address; `undefined` if there is none to the end. */
  port(): Promise<number | undefined> {
    return this.#port.promise;
  }

  async #collect(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    let port: string | undefined;
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      port ??= addressLine.exec(this.text)?.[1];
      if (port !== undefined) this.#port.resolve(Number(port));
    }
    this.#port.resolve(undefined);
  }
}

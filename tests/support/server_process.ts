/**
 * Starts servers under test as processes, and reads what they print.
 *
 * @module
 */

import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";

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
    const address = await stdout.address();
    if (address === undefined) {
      try {
        child.kill();
      } catch {
        // It has ended by itself.
      }
      await stderr.ended;
      throw new Error(
        `${[program, ...args].join(" ")} did not start: ${stdout.text}${stderr.text}`,
      );
    }
    return new ServerProcess(child, stdout, stderr, address.port, address.path);
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
      // It has ended by itself; the exit code shows it.
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

/** A line with an address: a port, or the path of a unix socket. */
const addressLine = /^(?:http:\/\/127\.0\.0\.1:([0-9]+)|unix:(.+))\n/m;

/** Where a server listens. */
interface Address {
  /** 0 for a unix socket. */
  readonly port: number;
  /** Of a unix socket. */
  readonly path: string | undefined;
}

/** Collects an output stream from the start, so that the process never waits. */
class Printed {
  text = "";
  readonly ended: Promise<void>;
  readonly #address = Promise.withResolvers<Address | undefined>();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#collect(stream);
  }

  /** The first address; `undefined` if there is none to the end. */
  address(): Promise<Address | undefined> {
    return this.#address.promise;
  }

  async #collect(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    let found: RegExpExecArray | null = null;
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      found ??= addressLine.exec(this.text);
      if (found !== null) this.#address.resolve({ port: Number(found[1] ?? 0), path: found[2] });
    }
    this.#address.resolve(undefined);
  }
}

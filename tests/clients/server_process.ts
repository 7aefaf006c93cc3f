/**
 * The server that clients are driven against, as a process of its own.
 *
 * @module
 */

import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";

const script = new URL("./server.ts", import.meta.url).pathname;

/** How a process ended, and what it had printed. */
export interface Ended {
  signal: string | null;
  code: number;
  /** Without the line that says where it listens. */
  stdout: string;
  stderr: string;
}

/** A running server. */
export class ServerProcess implements AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly address: string;
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<Ended>;

  private constructor(
    child: Deno.ChildProcess,
    address: string,
    ended: Promise<Ended>,
  ) {
    this.#child = child;
    this.address = address;
    this.#ended = ended;
  }

  /** Starts it on a port of the system's choice and waits until it listens. */
  static async start(runtime: RuntimeName): Promise<ServerProcess> {
    const [program, ...args] = await runtimeCommand(runtime) ?? [];
    if (program === undefined) throw new Error(`${runtime} is not here`);
    const child = new Deno.Command(program, {
      args: [...args, script, "--port", "0"],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [first, stdout] = child.stdout.tee();
    const stderr = new Response(child.stderr).text();
    const address = await firstLine(first);
    if (!address.startsWith("http://127.0.0.1:")) {
      throw new Error(`${runtime} does not serve: ${address}${await stderr}`);
    }
    const ended = endOf(child, new Response(stdout).text(), stderr);
    return new ServerProcess(child, address, ended);
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

  async #end(signal: Deno.Signal): Promise<Ended> {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended before; its exit code tells how.
      if (!(error instanceof TypeError)) throw error;
    }
    return await this.#ended;
  }
}

async function firstLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

async function endOf(
  child: Deno.ChildProcess,
  stdout: Promise<string>,
  stderr: Promise<string>,
): Promise<Ended> {
  const { code, signal } = await child.status;
  const printed = await stdout;
  return {
    code,
    signal,
    stdout: printed.slice(printed.indexOf("\n") + 1),
    stderr: await stderr,
  };
}

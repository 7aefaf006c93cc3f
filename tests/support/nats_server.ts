/**
 * A NATS server of the tests' own.
 *
 * @module
 */

import { isPresent, pathOf } from "./executables.ts";
import { freePort } from "./free_port.ts";
import { until } from "./until.ts";

const path = pathOf("nats-server");

/** Whether there is one, or has to be: then tests fail instead of being skipped. */
export const hasNatsServer: boolean = isPresent("nats-server");

/** With JetStream, in a folder that is deleted at the end. */
export class NatsServer implements AsyncDisposable {
  readonly port: number = freePort();
  readonly #folder: string;
  #process: Deno.ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves when it takes connections. */
  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await Deno.makeTempDir({ prefix: "nats-" }));
    await server.start();
    return server;
  }

  /** Starts it again. */
  async start(): Promise<void> {
    const place = ["-a", "127.0.0.1", "-p", String(this.port), "-sd", this.#folder];
    this.#process = new Deno.Command(path ?? "nats-server", {
      args: ["-js", ...place],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until(() => this.#answers());
  }

  /** Kills it. What it has on disk stays. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  /** Deletes what it has on disk, after `kill`. */
  async empty(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
    await Deno.mkdir(this.#folder);
  }

  /** Suspends it, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #answers(): Promise<boolean> {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
      return (await connection.read(new Uint8Array(1024)) ?? 0) > 0;
    } catch {
      return false;
    }
  }
}

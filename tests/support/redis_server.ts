/**
 * A Redis of the tests' own. On all runtimes.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";

/** Its data are in memory, and in a folder that is deleted at the end. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#args = args;
  }

  /** Resolves when it takes connections. The arguments follow its own. */
  static async open(...args: string[]): Promise<RedisServer> {
    const folder = await mkdtemp(`${tmpdir()}/redis-`);
    const server = new RedisServer(await freePort(), folder, args);
    await server.start();
    return server;
  }

  /** The address for clients, by default without anything in between. */
  url(port: number = this.port): string {
    return `redis://127.0.0.1:${port}`;
  }

  /** Starts it again. */
  async start(): Promise<void> {
    const place = ["--bind", "127.0.0.1", "--port", String(this.port), "--dir", this.#folder];
    const args = [...place, "--save", "", "--appendonly", "no", ...this.#args];
    const started = this.#process = spawn("redis-server", args, { stdio: "ignore" });
    // If a test ends the process.
    process.once("exit", () => started.kill("SIGKILL"));
    while (!await this.does("PING")) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Kills it. What it has in memory is gone, unless it is to keep it for the next start. */
  async kill(keeps = false): Promise<void> {
    if (keeps) await this.does("SAVE");
    else await rm(`${this.#folder}/dump.rdb`, { force: true });
    const started = this.#process!;
    const ended = new Promise((resolve) => started.once("exit", resolve));
    started.kill("SIGKILL");
    await ended;
  }

  /** Suspends it, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    // Not by its method: with that, Deno sends a process one signal only.
    process.kill(this.#process!.pid!, signal);
  }

  /** Kills it for good. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  /** Deletes all keys. */
  async empty(): Promise<void> {
    await this.does("FLUSHALL");
  }

  /** Sends a command. Resolves with whether there was an answer. */
  does(command: string): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write(`${command}\r\n`));
      const answer = (does: boolean) => {
        socket.destroy();
        resolve(does);
      };
      socket.once("data", () => answer(true)).once("error", () => answer(false));
    });
  }
}

/** A port that is free now. By the time it is used, another process may have taken it. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * One worker of a supervisor: a process, and after its end the next one in its place.
 *
 * @module
 */

import type { ChildProcess } from "node:child_process";
import process from "node:process";

/** A process that ends sooner counts as failed: the next one starts after a longer delay. In ms. */
const healthy = 5000;
const shortestDelay = 100;
const longestDelay = 30_000;

/** What a worker needs of its supervisor. */
export interface Supervisor {
  /** Milliseconds that a process has to end after SIGTERM before it is killed. */
  readonly killTimeout: number;
  /** Starts a process. It may throw. */
  start(number: number): ChildProcess;
  /** Cannot throw. */
  log(message: string): void;
}

/** A process, and what takes its place after its end. */
export class SupervisedWorker {
  readonly #number: number;
  readonly #supervisor: Supervisor;
  #child: ChildProcess | undefined;
  #startTimer: ReturnType<typeof setTimeout> | undefined;
  #delay = shortestDelay;
  /** Whether the process was told to end. */
  #isEnding = false;
  /** Whether no process follows any more. */
  #isStopped = false;
  /** Whether a process had to be killed because it did not end. */
  #wasKilled = false;
  /** Wait for the end of the process. They get how it ended. */
  #waiting: ((how: string) => void)[] = [];

  constructor(number: number, supervisor: Supervisor) {
    this.#number = number;
    this.#supervisor = supervisor;
    this.#start();
  }

  /** The id of the process; `undefined` between two of them. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the process, and starts no other. Resolves with whether none had to be killed. */
  async stop(): Promise<boolean> {
    this.#isStopped = true;
    await this.#end();
    return !this.#wasKilled;
  }

  /** Kills the process at once, and starts no other. */
  kill(): void {
    this.#isStopped = true;
    this.#prepareEnd();
    if (this.#child !== undefined) this.#wasKilled = true;
    this.#signal("SIGKILL");
  }

  /**
   * Replaces the process by a new one, and resolves when that has run for a while.
   *
   * @throws {Error} If the new one ends at once, or if the worker is stopped.
   */
  async restart(): Promise<void> {
    if (!this.#isStopped) await this.#end();
    if (!this.#isStopped) {
      this.#delay = shortestDelay;
      this.#start();
      const how = await this.#endWithin(healthy);
      if (how === undefined) return;
      if (!this.#isStopped) {
        throw new Error(`Cannot restart the workers: the new worker ${this.#number} ${how}`);
      }
    }
    throw new Error("Cannot restart the workers: they are being stopped");
  }

  /** Ends the process, if there is one. */
  async #end(): Promise<void> {
    const wasEnding = this.#prepareEnd();
    if (this.#child === undefined) return;
    const { killTimeout } = this.#supervisor;
    const ended = this.#endWithin(killTimeout);
    if (!wasEnding) this.#signal("SIGTERM");
    if (await ended !== undefined) return;
    const name = this.#nameOf(this.#child);
    this.#supervisor.log(`${name} has not ended within ${killTimeout} ms, and is killed`);
    this.#wasKilled = true;
    const killed = this.#nextEnd();
    this.#signal("SIGKILL");
    await killed;
  }

  /** No process follows by itself. Says whether that was so already. */
  #prepareEnd(): boolean {
    const wasEnding = this.#isEnding;
    this.#isEnding = true;
    clearTimeout(this.#startTimer);
    return wasEnding;
  }

  /** How the process ends; `undefined` if it still runs after so many milliseconds. */
  async #endWithin(ms: number): Promise<string | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const time = new Promise<undefined>((resolve) => timer = setTimeout(resolve, ms, undefined));
    const how = await Promise.race([this.#nextEnd(), time]);
    clearTimeout(timer);
    return how;
  }

  #nextEnd(): Promise<string> {
    if (this.#child === undefined) return Promise.resolve("could not be started");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      // Not by `child.kill`, which works only once on Deno.
      process.kill(pid, signal);
    } catch {
      // It has ended, and its event comes.
    }
  }

  #start(): void {
    this.#isEnding = false;
    const started = performance.now();
    let child: ChildProcess;
    try {
      child = this.#supervisor.start(this.#number);
    } catch (error) {
      return this.#ended(failure(error), started);
    }
    this.#child = child;
    child.on("exit", (code, signal) => this.#ended(`ended with ${signal ?? code}`, started, child));
    child.on("error", (error) => {
      // Without an id there is no process, and no event "exit".
      if (child.pid === undefined) this.#ended(failure(error), started, child);
    });
    if (child.pid === undefined) return;
    this.#supervisor.log(`Worker ${this.#number} is process ${child.pid}`);
  }

  #ended(how: string, started: number, child?: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve(how);
    const name = this.#nameOf(child);
    if (this.#isEnding) return this.#supervisor.log(`${name} ${how}`);
    if (performance.now() - started >= healthy) this.#delay = shortestDelay;
    const delay = this.#delay;
    this.#delay = Math.min(2 * delay, longestDelay);
    this.#supervisor.log(`${name} ${how}; the next one starts in ${delay} ms`);
    this.#startTimer = setTimeout(() => this.#start(), delay);
  }

  #nameOf(child: ChildProcess | undefined): string {
    return `Worker ${this.#number}${child?.pid === undefined ? "" : ` (process ${child.pid})`}`;
  }
}

function failure(error: unknown): string {
  return `could not be started: ${error instanceof Error ? error.message : error}`;
}

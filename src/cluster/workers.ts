/**
 * Runs a program in several processes, so that a service uses all cores.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Options of {@linkcode startWorkers}. */
export interface WorkerOptions {
  /**
   * How many processes.
   *
   * @default the number of cores
   */
  count?: number | undefined;
  /**
   * What follows the program's name on its command line.
   *
   * @default {[]}
   */
  args?: readonly string[] | undefined;
  /**
   * What stands before the program on its command line: arguments of the runtime.
   *
   * @default {[]} on Deno `["run", "--allow-all", "--unstable-net"]`; the last one is for `reusePort`
   */
  execArgv?: readonly string[] | undefined;
  /**
   * Milliseconds that a process has to end after SIGTERM before it is killed.
   *
   * @default {30000}
   */
  killTimeout?: number | undefined;
  /**
   * Called with each start and end of a process.
   *
   * @default prints to the console
   */
  log?: ((message: string) => void) | undefined;
}

/** Processes that run the same program. */
export interface Workers {
  /** The ids of those that run now. */
  readonly pids: number[];
  /** Sends SIGTERM to all, and resolves when they have ended. None is started again. */
  stop(): Promise<void>;
}

/** Tells a process that it is a worker; its value is the number of the worker, from 1. */
const variable = "SOCKJS_WORKER";

/** The number of this worker, from 1; 0 in a process that `startWorkers` has not started. */
export const workerNumber: number = Number(process.env[variable] ?? 0) || 0;

/** Milliseconds after which a worker counts as started. One that ends sooner is started again later. */
const healthy = 5000;
const shortestDelay = 100;
const longestDelay = 30_000;

/**
 * Runs a program in several processes, and starts each again when it ends. At SIGTERM and SIGINT,
 * stops them and ends this process.
 *
 * All of them may listen on the same port: on Node because they are workers of `node:cluster`, on Deno
 * and Bun with the option `reusePort` of `serve` (on Linux only).
 *
 * @param program The path or URL of a script. It may be the calling one: see `workerNumber`.
 * @throws {RangeError} If `count` is not a number from 1.
 */
export async function startWorkers(
  program: string | URL,
  options: WorkerOptions = {},
): Promise<Workers> {
  const { count = availableParallelism(), killTimeout = 30_000 } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`Cannot start workers: count must be at least 1, got ${count}`);
  }
  const start = await starter(pathOf(program), options);
  const log = options.log ?? ((message: string) => console.error(message));
  const all = Array.from({ length: count }, (_, at) => new Worker(at + 1, start, log));
  const stop = async () => {
    await Promise.all(all.map((worker) => worker.stop(killTimeout)));
  };
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, async () => {
      if (isStopping) return;
      isStopping = true;
      await stop();
      process.exit(0);
    });
  }
  return {
    get pids() {
      return all.flatMap(({ pid }) => pid ?? []);
    },
    stop,
  };
}

type Start = (environment: Record<string, string>) => ChildProcess;

/** How a worker is started on this runtime. */
async function starter(path: string, { args = [], execArgv }: WorkerOptions): Promise<Start> {
  const { bun, deno } = process.versions as { bun?: string; deno?: string };
  if (bun === undefined && deno === undefined) {
    const { default: cluster } = await import("node:cluster");
    cluster.setupPrimary({
      exec: path,
      args: [...args],
      ...(execArgv && { execArgv: [...execArgv] }),
    });
    return (environment) => cluster.fork(environment).process;
  }
  const before = execArgv ?? (deno === undefined ? [] : ["run", "--allow-all", "--unstable-net"]);
  return (environment) =>
    spawn(process.execPath, [...before, path, ...args], {
      env: { ...process.env, ...environment },
      stdio: "inherit",
    });
}

/** One of the processes, or what takes its place after its end. */
class Worker {
  readonly #number: number;
  readonly #start: Start;
  readonly #log: (message: string) => void;
  #child: ChildProcess | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delay = shortestDelay;
  #isStopping = false;
  #ended: () => void = () => {};

  constructor(number: number, start: Start, log: (message: string) => void) {
    this.#number = number;
    this.#start = start;
    this.#log = log;
    this.#run();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async stop(killTimeout: number): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => this.#ended = resolve);
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), killTimeout);
    await ended;
    clearTimeout(timer);
  }

  #run(): void {
    const started = performance.now();
    const child = this.#start({ [variable]: `${this.#number}` });
    this.#child = child;
    let isOver = false;
    const over = (how: string) => {
      if (isOver) return;
      isOver = true;
      this.#child = undefined;
      this.#log(`Worker ${this.#number} (process ${child.pid}) ${how}`);
      if (this.#isStopping) return this.#ended();
      this.#delay = performance.now() - started < healthy
        ? Math.min(2 * this.#delay, longestDelay)
        : shortestDelay;
      this.#timer = setTimeout(() => this.#run(), this.#delay);
    };
    child.on("error", (error) => over(`failed: ${error.message}`));
    child.on("exit", (code, signal) => over(`ended with ${signal ?? code}`));
    this.#log(`Worker ${this.#number} is process ${child.pid}`);
  }
}

function pathOf(program: string | URL): string {
  const text = `${program}`;
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}

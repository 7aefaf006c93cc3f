/**
 * Runs a program in several processes, so that a service uses all cores.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import cluster from "node:cluster";
import { availableParallelism } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { callSafely } from "./attempt.ts";
import { refuseOtherLog, refuseOthers } from "./known_options.ts";
import { SupervisedWorker } from "./supervised_worker.ts";
import { variable, workerNumber } from "./worker_number.ts";

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
   * @default on Deno `["run", "--allow-all", "--unstable-net"]`, of which the last is for `reusePort`;
   * on Bun and Node those of this process
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
  /**
   * Replaces one process after the other, so that a new version of the program takes over. Each
   * gets SIGTERM; when it has ended, a new one starts; when that has run for 5 seconds, the next
   * one follows.
   *
   * @throws {Error} (the promise rejects) If a new process ends within that time, or if all are
   * stopped. The others stay as they are.
   */
  restart(): Promise<void>;
  /**
   * Sends SIGTERM to all, and resolves when they have ended. None is started again.
   */
  stop(): Promise<void>;
}

/**
 * Signals that follow the first one so soon, in ms, are the same one: Ctrl+C reaches a process
 * twice if npm or `deno task` runs it, by the terminal and by them.
 */
const sameSignal = 500;

/**
 * Runs a program in several processes, and starts another one when one ends, however it ended. The
 * next one starts after 100 ms; after twice the time with each one that ends within 5 s, up to 30 s.
 *
 * At SIGTERM and SIGINT, stops all and ends this process: with 0, or with 1 if a process had to be
 * killed. A second signal kills all at once. If this process is killed, the others end at once.
 *
 * All of them may listen on the same port: on Node because they are workers of `node:cluster`, on Deno
 * and Bun with the option `reusePort` of `serve` (on Linux only).
 *
 * @param program The path or URL of a script that imports this module. It may be the calling one:
 * see `workerNumber`.
 * @throws {RangeError} If `count` is not an integer from 1, or `killTimeout` no time.
 * @throws {TypeError} If there are other options, or values of other types.
 * @throws {Error} In a worker, and in a program that was compiled to an executable.
 */
export function startWorkers(program: string | URL, options: WorkerOptions = {}): Workers {
  const { count, killTimeout } = checked(options);
  if (!(program instanceof URL) && (typeof program !== "string" || program === "")) {
    throw new TypeError("Cannot start workers: the program must be a path or a URL");
  }
  if (workerNumber !== 0 || cluster.isWorker) {
    throw new Error("Cannot start workers: this process is a worker");
  }
  const start = starter(pathOf(program), options);
  const log = safely(options.log ?? ((message) => console.error(message)));
  outliveReaders();
  let stopped: Promise<boolean> | undefined;
  const stop = () =>
    stopped ??= Promise.all(workers.map((worker) => worker.stop())).then((ended) => {
      for (const signal of signals) process.off(signal, end);
      return ended.every(Boolean);
    });
  let firstSignal: number | undefined;
  const end = async () => {
    const now = performance.now();
    firstSignal ??= now;
    if (now - firstSignal > sameSignal) { for (const worker of workers) worker.kill(); }
    process.exit(await stop() ? 0 : 1);
  };
  // First, for a signal may come while they start.
  for (const signal of signals) process.on(signal, end);
  const workers = Array.from(
    { length: count },
    (_, index) => new SupervisedWorker(index + 1, { killTimeout, start, log }),
  );
  let restarted = Promise.resolve();
  return {
    get pids() {
      return workers.flatMap(({ pid }) => pid ?? []);
    },
    restart() {
      const restart = async () => {
        for (const worker of workers) await worker.restart();
      };
      const result = restarted.then(restart);
      restarted = result.catch(() => {});
      return result;
    },
    async stop() {
      await stop();
    },
  };
}

const signals = ["SIGTERM", "SIGINT"] as const;

/** Checks the options, and fills in defaults. */
function checked(options: WorkerOptions): { count: number; killTimeout: number } {
  const start = "Cannot start workers:";
  refuseOthers(start, options, ["count", "args", "execArgv", "killTimeout", "log"]);
  refuseOtherLog(start, options.log);
  const { count = availableParallelism(), killTimeout = 30_000 } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`${start} count must be an integer from 1, got ${JSON.stringify(count)}`);
  }
  if (!(typeof killTimeout === "number" && killTimeout >= 0 && killTimeout < 2 ** 31)) {
    throw new RangeError(`${start} killTimeout must be milliseconds from 0, got ${killTimeout}`);
  }
  for (const list of [options.args ?? [], options.execArgv ?? []]) {
    if (Array.isArray(list) && list.every((each) => typeof each === "string")) continue;
    throw new TypeError(`${start} args and execArgv must be lists of strings`);
  }
  return { count, killTimeout };
}

/** How a worker is started on this runtime. */
function starter(
  path: string,
  { args = [], execArgv }: WorkerOptions,
): (number: number) => ChildProcess {
  const { bun, deno } = process.versions as { bun?: string; deno?: string };
  if (bun === undefined && deno === undefined) {
    return (number) => {
      // Each time, for other workers may be those of another program.
      cluster.setupPrimary({
        exec: path,
        args: [...args],
        execArgv: [...execArgv ?? process.execArgv],
      });
      const worker = cluster.fork({ [variable]: `${number}` });
      // It repeats the errors of its process, which has a listener of its own. Without one here, each
      // would end this process: a process that cannot be started, a connection for one that has ended.
      worker.on("error", () => {});
      return worker.process;
    };
  }
  if (isCompiled(path)) {
    throw new Error("Cannot start workers: a compiled program does not contain its runtime");
  }
  const before = execArgv ??
    (deno === undefined ? process.execArgv : ["run", "--allow-all", "--unstable-net"]);
  return (number) =>
    spawn(process.execPath, [...before, path, ...args], {
      env: { ...process.env, [variable]: `${number}` },
      // Workers end when the IPC channel closes: see `worker_number.ts`.
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
}

/** Whether the program is within an executable, by the paths that `deno compile` and Bun give it. */
function isCompiled(path: string): boolean {
  return /[\\/]deno-compile-|^\/\$bunfs\/|^[A-Z]:[\\/]~BUN[\\/]/.test(path);
}

function pathOf(program: string | URL): string {
  const text = `${program}`;
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}

/** Lets this process live on when the readers of its output are gone: on Node, logging would end it. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  }
}

/** A log that cannot throw. There is no other place to tell what it throws. */
function safely(log: (message: string) => void): (message: string) => void {
  return (message) => callSafely(() => log(message), () => {});
}

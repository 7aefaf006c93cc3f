/**
 * What a process knows as a worker: its number, and whether its supervisor still lives.
 *
 * @module
 */

import cluster from "node:cluster";
import process from "node:process";

/** The environment variable with the number of a worker. */
export const variable = "SOCKJS_WORKER";

/** A program may load this module twice: as an ES module and as CommonJS. Both share this. */
const shared = globalThis as unknown as { [key: symbol]: number | undefined };
const key = Symbol.for("sockjs-web.workerNumber");

/** The number of this worker, from 1; 0 in a process that `startWorkers` has not started. */
export const workerNumber: number = shared[key] ?? enter();

function enter(): number {
  const value = process.env[variable] ?? "";
  // Not what `Number` takes besides, such as "-1" and "Infinity".
  if (!/^[1-9]\d{0,5}$/.test(value)) return 0;
  const number = shared[key] = Number(value);
  // What this process starts inherits the environment, and is no worker.
  delete process.env[variable];
  followSupervisor(number);
  // In a terminal, Ctrl+C reaches workers as well. They end by the supervisor's SIGTERM.
  process.on("SIGINT", () => {});
  return number;
}

/** Ends this process when the supervisor has ended without a word: the IPC channel closes then. */
function followSupervisor(number: number): void {
  // It has ended before this process was ready. On Bun it is also so if there never was one.
  if (process.connected === false) {
    console.error(`Worker ${number} ends: no supervisor, but ${variable} is set`);
    process.exit(1);
  }
  // Node does the rest by itself. There the channel must keep the process alive, for `listen` uses it.
  if (cluster.isWorker) return;
  process.on("disconnect", () => process.exit(1));
  process.channel?.unref();
}

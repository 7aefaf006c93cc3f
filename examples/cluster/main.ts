/**
 * Several processes that serve one page together, and show which of them serves whom:
 *
 * ```sh
 * deno task example cluster --runtime bun --workers 3 --port 8080
 * ```
 *
 * @module
 */

import { localBus, startWorkers, workerNumber } from "../../src/adapters/cluster.ts";
import { chosenPort, fail, readOptions } from "../command_line.ts";
import { addressOf, announce } from "../serve.ts";
import { freePort, whenListening } from "./ports.ts";
import { serveWorker } from "./worker.ts";

const options = readOptions({ port: "NUMBER", workers: "NUMBER" });

if (workerNumber === 0) {
  const count = countOf(options.workers ?? "3");
  const port = await freePort(chosenPort(options.port));
  startWorkers(import.meta.url, { count, args: ["--port", `${port}`] });
  await whenListening(port);
  announce(`A page that ${count} processes serve together`, addressOf(port));
} else {
  // The port is in the name: another example that runs at the same time is another cluster.
  await serveWorker(Number(options.port), localBus({ name: `cluster-example-${options.port}` }));
}

function countOf(value: string): number {
  if (/^[1-9][0-9]?$/.test(value)) return Number(value);
  return fail(`--workers takes a number from 1 to 99, not "${value}"`);
}

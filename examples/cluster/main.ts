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
import { chosenPort, readOptions } from "../command_line.ts";
import { addressOf, announce } from "../serve.ts";
import { freePort } from "./free_port.ts";
import { serveWorker } from "./worker.ts";

const options = readOptions({ port: "NUMBER", workers: "NUMBER", bus: "NAME" });

if (workerNumber === 0) {
  const port = await freePort(chosenPort(options.port));
  const count = Number(options.workers ?? 3);
  // Another example that runs at the same time is another cluster.
  const bus = `cluster-example-${port}`;
  await startWorkers(import.meta.url, { count, args: ["--port", `${port}`, "--bus", bus] });
  announce(`${count} processes that serve a page together`, addressOf(port));
} else {
  const bus = localBus({ name: options.bus ?? "cluster-example" });
  await serveWorker(Number(options.port), bus);
}

/**
 * Several processes that serve one page together, and show which of them serves whom. With an engine,
 * other commands like this one belong to them, on any machine:
 *
 * ```sh
 * deno task example cluster --runtime bun --workers 3 --port 8080
 * deno task example cluster --redis redis://127.0.0.1:6379
 * deno task example cluster --nats nats://127.0.0.1:4222
 * ```
 *
 * @module
 */

import { startWorkers, workerNumber } from "../../src/adapters/cluster.ts";
import { chosenPort, fail, readOptions } from "../command_line.ts";
import { addressOf, announce } from "../serve.ts";
import { checkEngine, chosenEngine, openBus } from "./bus.ts";
import { freePort, whenListening } from "./ports.ts";
import { serveWorker } from "./worker.ts";

const options = readOptions({ port: "NUMBER", workers: "NUMBER", redis: "URL", nats: "URL" });
const engine = chosenEngine(options);

if (workerNumber === 0) {
  const count = countOf(options.workers ?? "3");
  const port = await freePort(chosenPort(options.port));
  const args = ["--port", `${port}`];
  if (engine !== undefined) {
    await checkEngine(engine);
    args.push(`--${engine.option}`, engine.url.href);
  }
  startWorkers(import.meta.url, { count, args });
  await whenListening(port);
  const others = engine === undefined ? "" : ` and all others on the same ${engine.name}`;
  announce(`A page that ${count} processes${others} serve together`, addressOf(port));
} else {
  // The port is in the name: another example that runs at the same time is another cluster.
  const bus = await openBus(engine, `cluster-example-${options.port}`);
  await serveWorker(Number(options.port), bus);
}

function countOf(value: string): number {
  if (/^[1-9][0-9]?$/.test(value)) return Number(value);
  return fail(`--workers takes a number from 1 to 99, not "${value}"`);
}

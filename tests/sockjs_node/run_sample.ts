/**
 * Runs a sample unchanged, but on a port that the system chooses. Prints the address.
 * `/printed?lines=3` returns what the sample has printed, once that is three lines.
 *
 * @module
 */

import { copyFileSync, renameSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, Server } from "node:net";
import { basename } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { format } from "node:util";

const lines: string[] = [];
let wake = () => {};
const { log } = console;
console.log = (...args) => {
  log(...args);
  lines.push(format(...args));
  wake();
};

async function sendPrinted(count: number, res: ServerResponse): Promise<void> {
  while (lines.length < count) await new Promise<void>((resolve) => (wake = resolve));
  res.end(JSON.stringify(lines));
}

/** The request that asks for what was printed, among the arguments of an event. */
function requestedLines(event: string, args: unknown[]): number | undefined {
  if (event !== "request") return undefined;
  const { url = "" } = args[0] as IncomingMessage;
  const count = /^\/printed\?lines=(\d+)$/.exec(url)?.[1];
  return count === undefined ? undefined : Number(count);
}

const prototype = Server.prototype as {
  listen(this: Server, ...args: unknown[]): Server;
  emit(this: Server, event: string, ...args: unknown[]): boolean;
};
const { listen, emit } = prototype;
prototype.listen = function (...args) {
  this.once("listening", () => log(`http://127.0.0.1:${(this.address() as AddressInfo).port}`));
  const callback = args.find((arg) => typeof arg === "function");
  if (callback !== undefined) this.once("listening", callback as () => void);
  return listen.call(this, 0, "127.0.0.1");
};
prototype.emit = function (event, ...args) {
  const count = requestedLines(event, args);
  if (count === undefined) return emit.call(this, event, ...args);
  sendPrinted(count, args[1] as ServerResponse);
  return true;
};

process.on("SIGTERM", () => process.exit(0));

// Some samples leave it to the reader.
Object.assign(globalThis, { sockjs_opts: {} });

// Within the package, which it can then import by its name.
const sample = process.argv.at(-1) ?? "";
const copy = new URL(basename(sample), import.meta.url);
copyFileSync(sample, `${fileURLToPath(copy)}.${process.pid}`);
renameSync(`${fileURLToPath(copy)}.${process.pid}`, copy);
await import(copy.href);

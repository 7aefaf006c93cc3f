/**
 * A supervisor and its workers, for tests. The one argument is a `Plan` as JSON. Each line of stdin
 * is a call of the supervisor's `restart` or `stop`, or `end`. Both print lines for the tests.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { createServer } from "../../mod.ts";
import { startWorkers, workerNumber } from "../../src/adapters/cluster.ts";
import { serveFetch, servesFetch } from "../../examples/serve.ts";

/** What a test wants. */
export interface Plan {
  count: number;
  /** A path in place of this program's own. */
  program?: string;
  killTimeout?: number;
  /** Where workers listen; 0 on Node lets the first one choose. */
  port?: number;
  /** What a worker does instead of serving. */
  instead?:
    | "end"
    | "throw"
    | "ignore SIGTERM"
    | "idle"
    | "child"
    | "say its number"
    | "start workers";
  /** Whether the log throws. */
  logThrows?: boolean;
  /** The output whose reader is gone. The log goes there, and the lines for the test to the other. */
  lost?: "stdout" | "stderr";
  /** Where the supervisor believes its runtime to be. */
  execPath?: string;
  /** The environment variable that makes a process a worker. */
  variable?: string;
}

const argument = process.argv.at(-1)!;
const plan: Plan = JSON.parse(argument);
const { pid } = process;

function tell(line: string): void {
  if (plan.lost === "stdout") console.error(line);
  else console.log(line);
}

/** Where the supervisor logs; `undefined` is its own choice. */
function logOf({ lost, logThrows }: Plan): ((message: string) => void) | undefined {
  if (lost === "stderr") return undefined;
  if (lost === "stdout") return (message) => console.log(message);
  return (message) => {
    tell(message);
    if (logThrows) throw new Error("The log fails");
  };
}

async function supervise(): Promise<void> {
  if (plan.execPath !== undefined) process.execPath = plan.execPath;
  const { count, killTimeout } = plan;
  const workers = startWorkers(plan.program ?? import.meta.url, {
    count,
    killTimeout,
    args: [argument],
    log: logOf(plan),
  });
  tell("ready");
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    for (const command of String(chunk).trim().split("\n")) {
      if (command === "end") process.exit();
      const call = command === "stop" ? workers.stop() : workers.restart();
      call.then(
        () => tell(`${command} is done`),
        ({ message }: Error) => tell(`${command} failed: ${message}`),
      );
    }
  }
}

/** Serves until SIGTERM comes. */
async function serve(): Promise<void> {
  const server = createServer({ prefix: "/echo" });
  server.on("connection", (connection) => {
    connection.write(`${pid}`);
    connection.on("data", (message) => connection.write(message));
  });
  const { port } = servesFetch
    ? await serveFetch(plan.port!, server.handler, server.websocket, { reusePort: true })
    : await (await import("../../examples/serve_node.ts")).serveNode(plan.port!, [server]);
  process.on("SIGTERM", async () => {
    tell(`${pid} got SIGTERM`);
    await server.close();
    process.exit(0);
  });
  tell(`${pid} listens on ${port}`);
}

function idle(): void {
  setInterval(() => {}, 1000);
  tell(`${pid} runs as worker ${workerNumber}`);
}

const ways: Record<NonNullable<Plan["instead"]>, () => void> = {
  "end": () => process.exit(0),
  "throw": () => {
    throw new Error("The worker fails");
  },
  "ignore SIGTERM": () => {
    process.on("SIGTERM", () => tell(`${pid} got SIGTERM`));
    idle();
  },
  idle,
  // With the environment of the worker.
  "child": () => {
    const before = process.versions.deno === undefined ? [] : ["run", "--allow-all"];
    const its = JSON.stringify({ ...plan, instead: "say its number" });
    spawn(process.execPath, [...before, process.argv[1]!, its], { stdio: "inherit" });
    idle();
  },
  "say its number": () => tell(`number ${workerNumber}`),
  "start workers": () => startWorkers(import.meta.url),
};

if (workerNumber === 0 && plan.instead !== "say its number") await supervise();
else if (plan.instead !== undefined) ways[plan.instead]();
else await serve();

/**
 * Registers tests of the Hono application for each runtime that serves it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { nodeNames, runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { StockClient } from "../support/stock_client.ts";
import { ServerProcess } from "../support/server_process.ts";

/** Those with a server for fetch handlers. */
export const onTheirOwn: readonly RuntimeName[] = ["deno", "bun"];
/** Those that need `@hono/node-server`. */
export const nodes: readonly RuntimeName[] = nodeNames;
const all = [...onTheirOwn, ...nodes];

const absent = new Set<RuntimeName>();
for (const runtime of all) {
  // Where everything must be there, starting the server fails instead.
  if (Deno.env.get("CI") === "true" || await runtimeCommand(runtime) !== undefined) continue;
  console.log(`${runtime} is not on this machine: no Hono on it`);
  absent.add(runtime);
}

/** How long a websocket may take, in ms. */
const timeLimit = 30_000;

/** The application, served by one runtime. */
export class HonoUnderTest {
  readonly runtime: RuntimeName;
  readonly #process: ServerProcess;

  constructor(runtime: RuntimeName, process: ServerProcess) {
    this.runtime = runtime;
    this.#process = process;
  }

  /** The absolute URL of a path. */
  url(path: string): string {
    return this.#process.address + path;
  }

  /** An ordinary request. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url(path), { headers });
  }

  /** The text of the response to an ordinary request. */
  async text(path: string): Promise<string> {
    return await (await this.get(path)).text();
  }

  /** What a service has logged as an error. */
  async logged(prefix: string): Promise<string[]> {
    return await (await this.get(`/logged?of=${encodeURIComponent(prefix)}`)).json();
  }

  /** Asks for a websocket with the means of HTTP, and gives the status of the response. */
  async handshake(path: string): Promise<number> {
    const connection = await Deno.connect({ port: this.#process.port });
    try {
      const lines = [
        `GET ${path} HTTP/1.1`,
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        `Sec-WebSocket-Key: ${btoa("sixteen bytes ok")}`,
      ];
      await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
      const buffer = new Uint8Array(4096);
      const text = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
      return Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(text)?.[1]);
    } finally {
      connection.close();
    }
  }

  /** Sends a message over a websocket, and gives the first that come from there. */
  async converse(path: string, message: string, count: number): Promise<string[]> {
    const socket = new WebSocket(this.url(path).replace("http", "ws"));
    const got: string[] = [];
    const late = setTimeout(() => socket.close(), timeLimit);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => socket.send(message);
      socket.onclose = socket.onerror = () => reject(new Error(`${path} gave only ${got}`));
      socket.onmessage = ({ data }) => {
        got.push(data);
        if (got.length === count) resolve();
      };
    }).finally(() => clearTimeout(late));
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    return got;
  }

  /** Connects the stock client over one transport, and has a message echoed. */
  async echo(service: string, transport: string): Promise<void> {
    await using client = await StockClient.open(this.url(service), [transport]);
    client.send("hello");
    assertEquals(await client.receive(1), ["hello"]);
  }
}

const processes = new Map<RuntimeName, Promise<ServerProcess>>();

async function underTest(runtime: RuntimeName): Promise<HonoUnderTest> {
  let process = processes.get(runtime);
  if (process === undefined) {
    process = ServerProcess.start(runtime, new URL("./program.ts", import.meta.url));
    processes.set(runtime, process);
  }
  return new HonoUnderTest(runtime, await process);
}

/** Registers a test for each runtime, or for some of them. */
export function onEachRuntime(
  sentence: string,
  test: (hono: HonoUnderTest) => Promise<void>,
  on: readonly RuntimeName[] = all,
): void {
  for (const runtime of on) {
    Deno.test({
      name: `${runtime} Hono: ${sentence}`,
      ignore: absent.has(runtime),
      // Servers outlive tests, and the stock client leaves timers and sockets behind.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => await test(await underTest(runtime)),
    });
  }
}

/** Registers the last tests of a run: applications stop on SIGTERM and have printed no errors. */
export function theEnd(): void {
  onEachRuntime("the application has printed nothing", async ({ runtime }) => {
    const process = await processes.get(runtime)!;
    processes.delete(runtime);
    const { stderr, ...ended } = await process.stop();
    assertEquals(ended, { code: 0, signal: null, stdout: `${process.address}\n` });
    // Of Hono's bodyLimit() and mount(), which make new requests.
    assertEquals(stderr.replace(/^Deno\.serve: request\.signal .*\n/, ""), "");
  });
}

// With a filter, or after a failure, the last tests may not have run.
Deno.test.afterAll(async () => {
  await Promise.allSettled(
    processes.values().map(async (process) => await (await process).stop()),
  );
});

/**
 * Registers tests of the stock client, for each runtime of the server and each
 * transport that the client has outside browsers.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runtimeCommand, type RuntimeName, runtimeNames } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../server_process.ts";
import { ServerUnderTest } from "./server_under_test.ts";
import { StockClient } from "./stock_client.ts";

/** A transport, and what is particular about it. */
export interface ClientTransport {
  name: string;
  /** The requests of a session that has opened and echoed one message. */
  requests: readonly string[];
  /**
   * Whether the client notices by itself that the server is gone. Outside
   * browsers it does not see that a response is cut, and learns when it sends.
   */
  noticesTheEnd: boolean;
}

/** A new transport is one line here. */
export const clientTransports: readonly ClientTransport[] = [
  row("websocket", ["websocket"], true),
  row("xhr-streaming", ["xhr_send", "xhr_streaming"]),
  row("eventsource", ["eventsource", "xhr_send"]),
  row("xhr-polling", ["xhr", "xhr", "xhr", "xhr_send"]),
];

function row(
  name: string,
  requests: readonly string[],
  noticesTheEnd = false,
): ClientTransport {
  return { name, requests, noticesTheEnd };
}

/** Where a test runs. */
export interface Stage {
  runtime: RuntimeName;
  transport: ClientTransport;
  server: ServerUnderTest;
  /** Connects to a service over exactly this transport. */
  connect(service: string): Promise<StockClient>;
}

/** Registers a test for each runtime and transport. */
export function onEachTransport(
  sentence: string,
  test: (stage: Stage) => Promise<void>,
): void {
  for (const runtime of runtimeNames) {
    for (const transport of clientTransports) {
      onRuntime(runtime, transport.name, sentence, async () => {
        await test(await stageOf(runtime, transport));
      });
    }
  }
}

/** Registers a test for each runtime. */
export function onEachRuntime(
  sentence: string,
  test: (server: ServerUnderTest, runtime: RuntimeName) => Promise<void>,
): void {
  for (const runtime of runtimeNames) {
    onRuntime(runtime, "any transport", sentence, async () => {
      await test(new ServerUnderTest(await serverProcess(runtime)), runtime);
    });
  }
}

/** Registers the last tests of a run: each server stops as told, and was silent. */
export function theEnd(): void {
  onEachRuntime("the server has printed nothing", async (_, runtime) => {
    const process = await serverProcess(runtime);
    processes.delete(runtime);
    assertEquals(await process.stop(), {
      code: 0,
      signal: null,
      stdout: `${process.address}\n`,
      stderr: "",
    });
  });
}

/** The runtimes that are here, or that have to be. */
export const presentRuntimes: RuntimeName[] = [];
for (const runtime of runtimeNames) {
  // Where everything must be there, starting the server fails instead.
  const required = Deno.env.get("CI") === "true";
  if (required || await runtimeCommand(runtime) !== undefined) {
    presentRuntimes.push(runtime);
  } else {
    console.log(
      `${runtime} is not on this machine: no client tests against it`,
    );
  }
}

/** A stage on the runtime's server, which the first that needs it starts. */
export async function stageOf(
  runtime: RuntimeName,
  transport: ClientTransport,
): Promise<Stage> {
  const server = new ServerUnderTest(await serverProcess(runtime));
  const connect = (service: string) => StockClient.open(server.url(service), [transport.name]);
  return { runtime, transport, server, connect };
}

/** The server that clients are driven against. */
export const clientsServer = new URL("./server.ts", import.meta.url);

const processes = new Map<RuntimeName, Promise<ServerProcess>>();

function serverProcess(runtime: RuntimeName): Promise<ServerProcess> {
  let process = processes.get(runtime);
  if (process === undefined) {
    process = ServerProcess.start(runtime, clientsServer);
    processes.set(runtime, process);
  }
  return process;
}

function onRuntime(
  runtime: RuntimeName,
  transport: string,
  sentence: string,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name: `${runtime} client ${transport}: ${sentence}`,
    ignore: !presentRuntimes.includes(runtime),
    // Servers outlive tests, and so do timers and sockets of the client's: it
    // leaves some behind when it closes.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

// With a filter, or after a failure, the last tests may not have run.
Deno.test.afterAll(async () => {
  await Promise.allSettled(
    processes.values().map(async (process) => await (await process).stop()),
  );
});

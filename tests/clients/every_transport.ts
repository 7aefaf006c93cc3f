/**
 * Registers tests of the stock client for each host of the server and each transport that the
 * client has outside browsers.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type HostName, hostNames, presentHosts, startServer } from "../support/hosts.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { ServerUnderTest } from "./server_under_test.ts";
import { StockClient } from "../support/stock_client.ts";

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
  host: HostName;
  transport: ClientTransport;
  server: ServerUnderTest;
  /** Connects to a service over exactly this transport. */
  connect(service: string): Promise<StockClient>;
}

/** Registers a test for each host and transport. */
export function onEachTransport(
  sentence: string,
  test: (stage: Stage) => Promise<void>,
): void {
  for (const host of hostNames) {
    for (const transport of clientTransports) {
      onHost(host, transport.name, sentence, async () => {
        await test(await stageOf(host, transport));
      });
    }
  }
}

/** Registers a test for each host. */
export function onEachHost(
  sentence: string,
  test: (server: ServerUnderTest, host: HostName) => Promise<void>,
): void {
  for (const host of hostNames) {
    onHost(host, "any transport", sentence, async () => {
      await test(new ServerUnderTest(await serverProcess(host)), host);
    });
  }
}

/** Registers the last tests of a run: each server stops on SIGTERM, and has printed no errors. */
export function theEnd(): void {
  onEachHost("the server has printed nothing", async (_, host) => {
    const process = await serverProcess(host);
    processes.delete(host);
    assertEquals(await process.stop(), {
      code: 0,
      signal: null,
      stdout: `${process.address}\n`,
      stderr: "",
    });
  });
}

/** A stage on the host's server, which the first that needs it starts. */
export async function stageOf(
  host: HostName,
  transport: ClientTransport,
): Promise<Stage> {
  const server = new ServerUnderTest(await serverProcess(host));
  const connect = (service: string) => StockClient.open(server.url(service), [transport.name]);
  return { host, transport, server, connect };
}

/** The server that clients are driven against. */
export const clientsServer = new URL("./server.ts", import.meta.url);

const processes = new Map<HostName, Promise<ServerProcess>>();

function serverProcess(host: HostName): Promise<ServerProcess> {
  let process = processes.get(host);
  if (process === undefined) {
    process = startServer(host, clientsServer);
    processes.set(host, process);
  }
  return process;
}

function onHost(
  host: HostName,
  transport: string,
  sentence: string,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name: `${host} client ${transport}: ${sentence}`,
    ignore: !presentHosts.has(host),
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

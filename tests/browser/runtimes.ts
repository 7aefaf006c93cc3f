/**
 * Registers browser tests for each runtime of the server.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { transports } from "../../examples/test_server/page/checks.js";
import { type HostName, presentHosts, startServer } from "../support/hosts.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { hasBrowser } from "../support/browser.ts";
import { otherOrigin } from "./page_server.ts";
import { type Stage, Tab } from "./tab.ts";

/** The runtimes that servers run on. */
export const runtimes = ["deno", "bun", "node24"] as const satisfies HostName[];
export type Runtime = typeof runtimes[number];

/** Whether the page is of the server's origin. */
export const origins = ["same-origin", "cross-origin"] as const;
export type Origin = typeof origins[number];

/** Of a transport, whether the client has it for an origin. */
export function isThere(transport: string, origin: Origin): boolean {
  return transport !== "htmlfile" || origin === "same-origin";
}

const script = new URL("../../examples/test_server/main.ts", import.meta.url);
const processes = new Map<Runtime, Promise<ServerProcess>>();

/** A server of the test's own. */
export function startTestServer(runtime: Runtime): Promise<ServerProcess> {
  return startServer(runtime, script);
}

/** The runtime's server for all tests, which the first that needs it starts. */
export function serverProcess(runtime: Runtime): Promise<ServerProcess> {
  let process = processes.get(runtime);
  if (process === undefined) {
    process = startTestServer(runtime);
    processes.set(runtime, process);
  }
  return process;
}

/** Where a page is, of the server's origin or of another. */
export function pageAddress(origin: Origin, server: string): string {
  return origin === "same-origin" ? server : otherOrigin();
}

/** Opens tabs, one for each transport that the client has, from these origins. */
export async function openTabs(
  stack: AsyncDisposableStack,
  server: string,
  from: readonly Origin[],
): Promise<Tab[]> {
  const stages = from.flatMap((origin) =>
    transports
      .filter((transport) => isThere(transport, origin))
      .map((transport): [Origin, Stage] => [origin, { server, transport }])
  );
  return await Promise.all(
    stages.map(async ([origin, stage]) =>
      stack.use(await Tab.open(pageAddress(origin, server), stage))
    ),
  );
}

/** Registers a test on a runtime. */
export function onRuntime(
  runtime: Runtime,
  what: string,
  sentence: string,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name: `${runtime} browser ${what}: ${sentence}`,
    ignore: !hasBrowser || !presentHosts.has(runtime),
    // The browser and the servers outlive tests.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** Registers the last tests of a run: each server stops on SIGTERM, and has printed no errors. */
export function theEnd(): void {
  for (const runtime of runtimes) {
    onRuntime(runtime, "any transport", "the server has printed no errors", async () => {
      const process = await serverProcess(runtime);
      processes.delete(runtime);
      const { code, signal, stdout, stderr } = await process.stop();
      assertEquals({ code, signal, stderr }, { code: 0, signal: null, stderr: "" });
      // What it is, two lines about its address, and how it is stopped.
      assertEquals(stdout.split("\n").length, 5, stdout);
    });
  }
}

// With a filter, or after a failure, the last tests may not have run.
Deno.test.afterAll(async () => {
  await Promise.allSettled(
    processes.values().map(async (process) => await (await process).stop()),
  );
});

/**
 * Registers browser tests for the runtime of the server that the test file has chosen.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { transports } from "../../examples/test_server/page/checks.js";
import { type HostName, presentHosts, startServer } from "../support/hosts.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { hasBrowser } from "../support/browser.ts";
import { otherOrigin } from "./page_server.ts";
import { type Stage, Tab } from "../support/tab.ts";

/** The runtime of the servers of this test file: each runtime has a file, and these run side by side. */
export let runtime: HostName = "deno";

/** Has all tests of this file use servers on this runtime. */
export function testBrowserOn(chosen: HostName): void {
  runtime = chosen;
}

/** Whether the page is of the server's origin. */
export const origins = ["same-origin", "cross-origin"] as const;
export type Origin = typeof origins[number];

/** Of a transport, whether the client has it for an origin. */
export function isThere(transport: string, origin: Origin): boolean {
  return transport !== "htmlfile" || origin === "same-origin";
}

const script = new URL("../../examples/test_server/main.ts", import.meta.url);
let shared: Promise<ServerProcess> | undefined;

/** A server of the test's own. */
export function startTestServer(): Promise<ServerProcess> {
  return startServer(runtime, script);
}

/** The server for all tests of the file, which the first that needs it starts. */
export function serverProcess(): Promise<ServerProcess> {
  return shared ??= startTestServer();
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

/** Registers a test on the chosen runtime. */
export function onRuntime(what: string, sentence: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `${runtime} browser ${what}: ${sentence}`,
    ignore: !hasBrowser || !presentHosts.has(runtime),
    // The browser and the servers outlive tests.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** Registers the last test: the server stops on SIGTERM, and has printed no errors. */
export function theEnd(): void {
  onRuntime("any transport", "the server has printed no errors", async () => {
    const process = await serverProcess();
    shared = undefined;
    const { code, signal, stdout, stderr } = await process.stop();
    assertEquals({ code, signal, stderr }, { code: 0, signal: null, stderr: "" });
    // What it is, two lines about its address, and how it is stopped.
    assertEquals(stdout.split("\n").length, 5, stdout);
  });
}

// With a filter, or after a failure, the last test may not have run.
Deno.test.afterAll(async () => {
  await (await shared?.catch(() => undefined))?.stop();
});

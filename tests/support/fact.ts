/**
 * Facts of the protocol, each tested on every host.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  type HostName,
  hostNames,
  presentHosts,
  skipReason,
  type Skips,
  startServer,
} from "./hosts.ts";
import type { ServerProcess } from "./server_process.ts";
import { SideBySide } from "./side_by_side.ts";
import { TestServer } from "./test_server.ts";

/** What may be said of a fact. */
export interface FactOptions {
  /** Hosts on which it cannot hold, with the reason. */
  skip?: Skips;
  /** Where it is tested; everywhere by default. */
  hosts?: readonly HostName[];
  /** Why it cannot hold for sessions that another server has, if it cannot. */
  carried?: string;
  /** Whether it mostly waits: such facts run side by side, after all others of the test file. */
  waits?: boolean;
}

let script = new URL("../conformance/server.ts", import.meta.url);
const processes = new Map<HostName, Promise<ServerProcess>>();

/** Why promises were rejected that no fact awaits: each fails a fact, not all that follow. */
const strays: unknown[] = [];
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  strays.push(event.reason);
});

/** Facts that mostly wait. */
const sideBySide = new SideBySide();
/** Registers them. */
const waiting: (() => void)[] = [];

/** Where the facts of this test file are tested. */
let chosen: readonly HostName[] = hostNames;

/** Whether all requests are carried. */
let isCarried = false;

/** Has all facts tested on one host only: each has a test file, for these run side by side. */
export function testFactsOn(host: HostName): void {
  chosen = [host];
}

/** The same, for sessions that another server has: each request is carried to it. */
export function testCarriedFactsOn(host: HostName): void {
  chosen = [host];
  isCarried = true;
  script = new URL("../conformance/carried_server.ts", import.meta.url);
}

/** The host's server: started by the first fact that needs it. */
function serverProcess(host: HostName): Promise<ServerProcess> {
  let process = processes.get(host);
  if (process === undefined) {
    process = startServer(host, script);
    processes.set(host, process);
  }
  return process;
}

/**
 * Registers one test per host.
 *
 * @param section the section of PROTOCOL.md that states it
 * @param sentence what is the case, so that it can be false
 */
export function fact(
  section: string,
  sentence: string,
  holds: (server: TestServer) => Promise<void>,
  { skip = {}, carried, hosts = hostNames, waits = false }: FactOptions = {},
): void {
  for (const host of chosen.filter((host) => hosts.includes(host))) {
    const test = () => hold(host, holds);
    const skipped = (isCarried ? carried : undefined) ?? skipReason(host, skip);
    if (!waits) register(host, section, sentence, skipped, test);
    else if (skipped !== undefined) register(host, section, sentence, skipped, test);
    else waiting.push(() => register(host, section, sentence, undefined, sideBySide.add(test)));
  }
}

async function hold(
  host: HostName,
  holds: (server: TestServer) => Promise<void>,
): Promise<void> {
  if (waiting.length > 0) throw new Error("Facts wait, and the file has no factOfTheEnd()");
  using server = new TestServer(host, await serverProcess(host));
  await holds(server);
  if (strays.length > 0) throw strays.shift();
  assertEquals(server.stderr, "", "on the server's standard error");
}

function register(
  host: HostName,
  section: string,
  sentence: string,
  skipped: string | undefined,
  fn: () => Promise<void>,
): void {
  Deno.test({
    name: `${host} §${section} ${sentence}` +
      (skipped === undefined ? "" : ` (skipped: ${skipped})`),
    ignore: !presentHosts.has(host) || skipped !== undefined,
    fn,
  });
}

/** Registers the last tests of a file: facts that wait; and the server stops as told, and was silent. */
export function factOfTheEnd(hosts: readonly HostName[] = hostNames): void {
  for (const each of waiting.splice(0)) each();
  for (const host of chosen.filter((host) => hosts.includes(host))) {
    Deno.test({
      name: `${host} stops when told, and printed only where it listens`,
      ignore: !presentHosts.has(host),
      fn: async () => {
        const process = await serverProcess(host);
        processes.delete(host);
        assertEquals(await process.stop(), {
          code: 0,
          signal: null,
          stdout: `http://127.0.0.1:${process.port}\n`,
          stderr: "",
        });
      },
    });
  }
}

// With a filter, the last test may not be among those that run.
Deno.test.afterAll(async () => {
  sideBySide.end();
  for (const process of processes.values()) await (await process).stop();
});

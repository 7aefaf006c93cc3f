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
import { TestServer } from "./test_server.ts";

/** What may be said of a fact. */
export interface FactOptions {
  /** Hosts on which it cannot hold, with the reason. */
  skip?: Skips;
  /** Where it is tested; everywhere by default. */
  hosts?: readonly HostName[];
}

const script = new URL("../conformance/server.ts", import.meta.url);
const processes = new Map<HostName, Promise<ServerProcess>>();

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
  { skip = {}, hosts = hostNames }: FactOptions = {},
): void {
  for (const host of hosts) {
    register(host, section, sentence, skipReason(host, skip), () => hold(host, holds));
  }
}

/** A fact of several that take long, and wait most of that time. */
export interface WaitingFact extends FactOptions {
  sentence: string;
  holds: (server: TestServer) => Promise<void>;
}

/** Registers facts like {@linkcode fact}; the first to run starts them all, on every host. */
export function factsAtOnce(section: string, facts: readonly WaitingFact[]): void {
  const results = new Map<string, Promise<Error | undefined>>();
  const key = (host: HostName, sentence: string) => `${host} ${sentence}`;
  const runs = (host: HostName, { skip = {} }: WaitingFact) =>
    presentHosts.has(host) && skipReason(host, skip) === undefined;
  const start = () => {
    for (const host of hostNames) {
      for (const each of facts.filter((each) => runs(host, each))) {
        const result = hold(host, each.holds).then(() => undefined, (error) => error);
        results.set(key(host, each.sentence), result);
      }
    }
  };
  for (const { sentence, skip = {} } of facts) {
    for (const host of hostNames) {
      register(host, section, sentence, skipReason(host, skip), async () => {
        if (results.size === 0) start();
        const error = await results.get(key(host, sentence));
        if (error !== undefined) throw error;
      });
    }
  }
}

async function hold(
  host: HostName,
  holds: (server: TestServer) => Promise<void>,
): Promise<void> {
  using server = new TestServer(host, await serverProcess(host));
  await holds(server);
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

/** Registers the last test of a run: the server stops as told, and was silent. */
export function factOfTheEnd(hosts: readonly HostName[] = hostNames): void {
  for (const host of hosts) {
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
  for (const process of processes.values()) await (await process).stop();
});

/**
 * The hosts: all ways to serve the server under test, by runtime and adapter.
 *
 * @module
 */

import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { ServerProcess } from "./server_process.ts";

/** By a runtime's own server for fetch handlers, by its `node:http`, or through Hono. */
export type HostName =
  | "deno"
  | "deno-node"
  | "deno-hono"
  | "bun"
  | "bun-node"
  | "bun-hono"
  | "node20"
  | "node22"
  | "node24"
  | "node-hono";

interface Host {
  readonly runtime: RuntimeName;
  readonly args: readonly string[];
}

const hosts: Readonly<Record<HostName, Host>> = {
  "deno": { runtime: "deno", args: [] },
  "bun": { runtime: "bun", args: [] },
  "node20": { runtime: "node20", args: [] },
  "node22": { runtime: "node22", args: [] },
  "node24": { runtime: "node24", args: [] },
  "deno-node": { runtime: "deno", args: ["--via", "node"] },
  "bun-node": { runtime: "bun", args: ["--via", "node"] },
  "deno-hono": { runtime: "deno", args: ["--via", "hono"] },
  "bun-hono": { runtime: "bun", args: ["--via", "hono"] },
  "node-hono": { runtime: "node24", args: ["--via", "hono"] },
};

/** All of them, in the order in which tests go through them. */
export const hostNames = Object.keys(hosts) as HostName[];

/** Those that are here, or that have to be: then starting a server fails instead. */
export const presentHosts: ReadonlySet<HostName> = await findPresentHosts();

async function findPresentHosts(): Promise<Set<HostName>> {
  const present = new Set<HostName>();
  for (const name of hostNames) {
    const { runtime } = hosts[name];
    if (Deno.env.get("CI") === "true" || await runtimeCommand(runtime) !== undefined) {
      present.add(name);
    } else {
      console.log(`${runtime} is not on this machine: tests on ${name} are skipped`);
    }
  }
  return present;
}

/**
 * Starts a server's script on a host.
 *
 * @param others what it takes besides `--port` and `--via`.
 */
export function startServer(
  host: HostName,
  script: URL,
  others: readonly string[] = [],
): Promise<ServerProcess> {
  const { runtime, args } = hosts[host];
  return ServerProcess.start(runtime, script, [...args, ...others]);
}

/** Reasons why something is not tested, by host or by all hosts of a runtime that share its server. */
export type Skips = Partial<Record<HostName | "node", string>>;

/** The reason for a host, if there is one. */
export function skipReason(host: HostName, skips: Skips): string | undefined {
  const [runtime = "", via] = host.split("-");
  // Deno's and Bun's own servers are below Hono as well, but not below their node:http.
  const server = via === "node" ? undefined : runtime.replace(/[0-9]+$/, "") as HostName | "node";
  return skips[host] ?? (server && skips[server]);
}

/**
 * The list of servers to measure.
 *
 * @module
 */

import type { RuntimeName } from "../runtimes.ts";

/** The runtimes that our server is measured on. */
export const runtimes = ["deno", "bun", "node"] as const;

/** One of them. */
export type Runtime = (typeof runtimes)[number];

/** A service without a cluster, or in one of so many processes: what `--cluster` measures. */
type ClusterName = `plain-${Runtime}` | `cluster${1 | 2 | 3 | 4}-${Runtime}`;

/**
 * The service in a cluster of two processes that share their sessions. Requests after the one that
 * opens a session reach its owner, the other process, or for each second session the other one.
 */
type SharedName = `${"home" | "carried" | "scattered"}-${Runtime}`;

/** A server: ours, ours of another checkout, a runtime's floor, or sockjs-node. */
export type ServerName =
  | `ours-${Runtime}`
  | `before-${Runtime}`
  | `floor-${Runtime}`
  | "sockjs-node"
  | ClusterName
  | SharedName
  | `before-${ClusterName | SharedName}`;

interface BenchServer {
  readonly runtime: RuntimeName;
  /** The path in the checkout that it is from. */
  readonly script: string;
  /** How many processes of it make up a cluster; 0 without one. */
  readonly cluster: number;
  /** Of so many sessions one is carried, or none if it is 0; absent if they are not shared. */
  readonly carried: number | undefined;
}

function server(
  runtime: RuntimeName,
  script: string,
  cluster = 0,
  carried?: number,
): BenchServer {
  return { runtime, script: `scripts/bench/servers/${script}.ts`, cluster, carried };
}

/** The sizes of clusters; 0 is none. */
const clusterSizes = [0, 1, 2, 3, 4] as const;

/** Where requests go in clusters that share their sessions, and of how many one is carried. */
const shared = { home: 0, carried: 1, scattered: 2 } as const;

/** What `--cluster` measures, with and without those of another checkout. */
const clusterServers = Object.fromEntries(
  runtimes.flatMap((runtime) => [
    ...clusterSizes.map((size) => ({
      name: clusterName(size, runtime),
      entry: server(runtime, "cluster", size),
    })),
    ...Object.entries(shared).map(([where, carried]) => ({
      name: `${where}-${runtime}`,
      entry: server(runtime, "cluster", 2, carried),
    })),
  ]).flatMap(({ name, entry }) => [[name, entry], [`before-${name}`, entry]]),
) as Record<ClusterName | SharedName | `before-${ClusterName | SharedName}`, BenchServer>;

/** Their names, those of another checkout apart. */
export const clusterNames = Object.keys(clusterServers).filter((
  name,
): name is ClusterName | SharedName => !name.startsWith("before-"));

/** The service in a cluster of that size. */
export function clusterName(size: (typeof clusterSizes)[number], runtime: Runtime): ClusterName {
  return size === 0 ? `plain-${runtime}` : `cluster${size}-${runtime}`;
}

/** How each is started. */
export const servers: Readonly<Record<ServerName, BenchServer>> = {
  "ours-deno": server("deno", "ours"),
  "before-deno": server("deno", "ours"),
  "floor-deno": server("deno", "floor_deno"),
  "ours-bun": server("bun", "ours"),
  "before-bun": server("bun", "ours"),
  "floor-bun": server("bun", "floor_bun"),
  "ours-node": server("node", "ours"),
  "before-node": server("node", "ours"),
  "floor-node": server("node", "floor_node"),
  "sockjs-node": server("node", "sockjs_node"),
  ...clusterServers,
};

/** All but those of `--cluster`, those next to each other that are compared. */
export const serverNames = (Object.keys(servers) as ServerName[]).filter((name) =>
  !(name in clusterServers)
);

/** Whether it is one of ours. */
export function isOurs(name: ServerName): boolean {
  return name.startsWith("ours-");
}

/** Whether it is one of another checkout. */
export function isBefore(name: ServerName): boolean {
  return name.startsWith("before-");
}

/** The floor of the runtime that one of ours runs on; `undefined` for others. */
export function floorOf(name: ServerName): ServerName | undefined {
  const runtime = runtimeOf(name);
  return runtime && `floor-${runtime}`;
}

/** What one in a cluster is without it; `undefined` for others. */
export function plainOf(name: ServerName): ServerName | undefined {
  const { cluster, runtime } = servers[name];
  if (cluster === 0 || isBefore(name)) return undefined;
  return runtimes.map((each) => clusterName(0, each)).find((plain) => plain.endsWith(runtime));
}

/** What one that shares its sessions is without that, if all requests reach the owner. */
export function unsharedOf(name: ServerName): ServerName | undefined {
  return runtimes.filter((runtime) => name === `home-${runtime}`)
    .map((runtime) => clusterName(2, runtime))[0];
}

/** What one that carries requests is where all of them reach the owner. */
export function homeOf(name: ServerName): ServerName | undefined {
  const runtime = runtimes.find((each) =>
    name === `carried-${each}` || name === `scattered-${each}`
  );
  return runtime && `home-${runtime}`;
}

/** What one of ours was in another checkout; `undefined` for others. */
export function beforeOf(name: ServerName): ServerName | undefined {
  const inCluster = clusterNames.find((each) => each === name);
  if (inCluster !== undefined) return `before-${inCluster}`;
  const runtime = runtimeOf(name);
  return runtime && `before-${runtime}`;
}

function runtimeOf(name: ServerName): Runtime | undefined {
  return runtimes.find((runtime) => name === `ours-${runtime}`);
}

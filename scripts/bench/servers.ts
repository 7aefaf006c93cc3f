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

/** A server: ours, ours of another checkout, a runtime's floor, or sockjs-node. */
export type ServerName =
  | `ours-${Runtime}`
  | `before-${Runtime}`
  | `floor-${Runtime}`
  | "sockjs-node";

interface BenchServer {
  readonly runtime: RuntimeName;
  /** The path in the checkout that it is from. */
  readonly script: string;
}

function server(runtime: RuntimeName, script: string): BenchServer {
  return { runtime, script: `scripts/bench/servers/${script}.ts` };
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
};

/** All of them, those next to each other that are compared. */
export const serverNames = Object.keys(servers) as ServerName[];

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

/** What one of ours was in another checkout; `undefined` for others. */
export function beforeOf(name: ServerName): ServerName | undefined {
  const runtime = runtimeOf(name);
  return runtime && `before-${runtime}`;
}

function runtimeOf(name: ServerName): Runtime | undefined {
  return runtimes.find((runtime) => name === `ours-${runtime}`);
}

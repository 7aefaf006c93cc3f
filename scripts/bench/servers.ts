/**
 * The servers that are measured.
 *
 * @module
 */

import type { RuntimeName } from "../runtimes.ts";

/** The runtimes that our server is measured on. */
export const runtimes = ["deno", "bun", "node"] as const;

/** One of them. */
export type Runtime = (typeof runtimes)[number];

/** A server: ours, a runtime's floor, or sockjs-node. */
export type ServerName = `ours-${Runtime}` | `floor-${Runtime}` | "sockjs-node";

interface BenchServer {
  readonly runtime: RuntimeName;
  readonly script: URL;
}

function server(runtime: RuntimeName, script: string): BenchServer {
  return { runtime, script: new URL(`servers/${script}.ts`, import.meta.url) };
}

/** How each is started. */
export const servers: Readonly<Record<ServerName, BenchServer>> = {
  "ours-deno": server("deno", "ours"),
  "floor-deno": server("deno", "floor_deno"),
  "ours-bun": server("bun", "ours"),
  "floor-bun": server("bun", "floor_bun"),
  "ours-node": server("node", "ours"),
  "floor-node": server("node", "floor_node"),
  "sockjs-node": server("node", "sockjs_node"),
};

/** All of them, those next to each other that are compared. */
export const serverNames = Object.keys(servers) as ServerName[];

/** The floor of the runtime that one of ours runs on; `undefined` for others. */
export function floorOf(name: ServerName): ServerName | undefined {
  const runtime = runtimes.find((runtime) => name === `ours-${runtime}`);
  return runtime && `floor-${runtime}`;
}

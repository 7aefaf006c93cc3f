/**
 * The workloads of `--cluster`.
 *
 * @module
 */

import { servers } from "./servers.ts";
import { type Durations, rate, type Workload } from "./workloads.ts";

const bytes = 32;

/**
 * Echo, and a message to all subscribers, with as many connections for each process: a service that
 * has several is one for which a single process would not do.
 */
function messages(
  name: string,
  title: string,
  action: "echo" | "fan",
  sizes: readonly number[],
): Workload {
  return {
    ...workload(name, title, sizes),
    inSlices: true,
    isSlow: true,
    async measure(load, { warmUp: w, counted: t }) {
      return [rate(await load("ws", action, { each: 100, s: bytes, w, t }))];
    },
  };
}

/** What it costs to publish, without a cluster and in one of two processes. */
function publishing(
  name: string,
  title: string,
  action: "echo" | "fan",
  options: Readonly<Record<string, number>>,
): Workload {
  return {
    ...workload(name, title, [0, 2]),
    inSlices: false,
    isSlow: true,
    async measure(load, { warmUp: w, counted: t }: Durations) {
      return [rate(await load("ws", action, { ...options, s: bytes, w, t }))];
    },
  };
}

function workload(name: string, title: string, sizes: readonly number[]) {
  return {
    name,
    bytes,
    quantities: [{ name, title, unit: "messages/s" }],
    isFor: (server: keyof typeof servers) => sizes.includes(servers[server].cluster),
  };
}

/** All of them. */
export const clusterWorkloads: readonly Workload[] = [
  messages("cluster-echo", "websocket echo", "echo", [0, 1, 2]),
  messages("cluster-fan", "a topic with 100 subscribers for each process", "fan", [0, 1, 2, 3, 4]),
  ...[10, 1000, 10_000].map((count) =>
    publishing(
      `subscribers-${count}`,
      `a topic with ${count.toLocaleString("en")} subscribers`,
      "fan",
      { n: count },
    )
  ),
  ...[10, 1000, 100_000].map((count) =>
    publishing(
      `topics-${count}`,
      `echo by one of ${count.toLocaleString("en")} topics`,
      "echo",
      { n: 10, k: count },
    )
  ),
];

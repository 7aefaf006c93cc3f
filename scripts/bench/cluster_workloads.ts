/**
 * The workloads of `--cluster`.
 *
 * @module
 */

import { servers } from "./servers.ts";
import { cost, type Durations, rate, type Workload } from "./workloads.ts";

const bytes = 32;

/** After how many milliseconds without an answer the servers count as too slow for the rate. */
const limit = 20;

/**
 * Echo, and a message to all subscribers, with as many connections for each process: a service that
 * has several is one for which a single process would not do. Each process gets as many messages
 * a second from its clients, or for them, whatever the size of the cluster. Left to their own pace,
 * a process alone gets more messages at once than one of several, and so a message costs it less.
 *
 * @param pace messages a second for each process, or in all; they leave most of the core idle
 */
function messages(
  name: string,
  title: string,
  action: "echo" | "fan",
  sizes: readonly number[],
  pace: { readonly rate: number } | { readonly r: number },
): Workload {
  const options = { each: 100, s: bytes };
  return {
    ...workload(name, title, sizes, "µs of CPU each"),
    inSlices: true,
    isSlow: true,
    // Compilers want many messages.
    warmUp: (load, { warmUp: w, counted: t }) => load("ws", action, { ...options, w, t }),
    async measure(load, { warmUp: w, counted: t }) {
      return [cost(await load("ws", action, { ...options, ...pace, l: limit, w, t }))];
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
    ...workload(name, title, [0, 2], "messages/s"),
    inSlices: false,
    isSlow: true,
    async measure(load, { warmUp: w, counted: t }: Durations) {
      return [rate(await load("ws", action, { ...options, s: bytes, w, t }))];
    },
  };
}

function workload(name: string, title: string, sizes: readonly number[], unit: string) {
  return {
    name,
    bytes,
    quantities: [{ name, title, unit }],
    isFor: (server: keyof typeof servers) =>
      sizes.includes(servers[server].cluster) && servers[server].carried === undefined,
  };
}

/** All of them. */
export const clusterWorkloads: readonly Workload[] = [
  messages(
    "cluster-echo",
    "2,000 echoes/s over websockets of each process",
    "echo",
    [0, 1, 2],
    { rate: 2000 },
  ),
  messages(
    "cluster-fan",
    "200 messages/s to a topic with 100 subscribers for each process: a delivery",
    "fan",
    [0, 1, 2, 3, 4],
    { r: 200 },
  ),
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

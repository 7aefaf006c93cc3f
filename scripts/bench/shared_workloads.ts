/**
 * The workloads of `--cluster` for processes that share their sessions.
 *
 * @module
 */

import { type ServerName, servers } from "./servers.ts";
import { cost, type Load, rate, sample, type Workload } from "./workloads.ts";

const bytes = 32;

/** As for other clusters: many sessions for each process, whose messages leave most of the core idle. */
const options = { each: 100, s: bytes };
const pace = { rate: 200, l: 50 };

/** What shared sessions cost, and how much later answers come, at a fixed rate. */
function exchange(
  what: string,
  title: string,
  transport: Parameters<Load>[0],
  more: Readonly<Record<string, number>>,
): Workload {
  const name = `shared-${what}`;
  return {
    name,
    bytes,
    quantities: [
      { name, title: `${title}, 200/s for each process`, unit: "µs of CPU each" },
      ...["p50", "p99"].map((quantile) => ({
        name: `${name}-${quantile}`,
        title: `${title}: latency, ${quantile}`,
        unit: "µs",
      })),
    ],
    inSlices: true,
    isSlow: true,
    isFor: (server) => ["cluster2", "home", "carried"].includes(kindOf(server)),
    // Compilers want many messages.
    warmUp: (load, { warmUp: w, counted: t }) =>
      load(transport, "echo", { ...options, ...more, w, t }),
    async measure(load, { warmUp: w, counted: t }) {
      const run = await load(transport, "echo", { ...options, ...more, ...pace, w, t });
      return [cost(run), sample(run, run.p50), sample(run, run.p99)];
    },
  };
}

/** What two processes serve if requests reach the owner, and if every second session is carried. */
function service(what: string, title: string, transport: Parameters<Load>[0]): Workload {
  const name = `served-${what}`;
  return {
    name,
    bytes,
    quantities: [{ name, title: `${title}, as many as they can`, unit: "messages/s" }],
    inSlices: true,
    isSlow: true,
    isFor: (server) => ["plain", "home", "scattered"].includes(kindOf(server)),
    async measure(load, { warmUp: w, counted: t }) {
      return [rate(await load(transport, "echo", { ...options, w, t }))];
    },
  };
}

/** New sessions; those that were left have to end as fast, so that all that they cost is seen. */
const opening: Workload = {
  name: "shared-open",
  bytes,
  quantities: [
    { name: "shared-open", title: "sessions that open by a poll, and end", unit: "sessions/s" },
  ],
  inSlices: false,
  isSlow: true,
  isFor: (server) => ["cluster2", "home"].includes(kindOf(server)),
  async measure(load, { warmUp, counted: t }) {
    return [rate(await load("xhr", "connect", { each: 50, w: Math.max(warmUp, endsAfter), t }))];
  },
};

/** Seconds after which a session without a client ends, and some. */
const endsAfter = 6;

/** Its name without the runtime. */
function kindOf(server: ServerName): string {
  return server.replace(/^before-/, "").slice(0, -servers[server].runtime.length - 1);
}

/** All of them. */
export const sharedWorkloads: readonly Workload[] = [
  exchange("xhr", "xhr cycle", "xhr", {}),
  exchange("stream", "streaming echo", "stream", {}),
  exchange("send", "send, whose echo comes by a stream of the owner", "stream", { m: 1 }),
  opening,
  service("xhr", "xhr cycles", "xhr"),
  service("stream", "streaming echoes", "stream"),
];

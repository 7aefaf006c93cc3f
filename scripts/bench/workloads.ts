/**
 * The workloads: what the load generator does, and which figure of it counts.
 *
 * @module
 */

import type { Run } from "./generator.ts";
import type { ServerName } from "./servers.ts";

/** How long a measurement takes. */
export interface Durations {
  /** Seconds before it counts. */
  readonly warmUp: number;
  /** Seconds that count. */
  readonly counted: number;
  /** Seconds that idle sessions are watched for. */
  readonly idle: number;
}

/** What one measurement gives for one figure. */
export interface Sample {
  readonly value: number;
  /** Microseconds of CPU that the server took for a message or session. */
  readonly cpu?: number;
  /** The part of the time for which the server's core was at work. */
  readonly busy?: number;
  /** Microseconds of CPU that the engine took for the same, if there is one. */
  readonly engine?: number;
  /** How much of a core other programs took, beside server and generator. */
  readonly others: number;
  /** Messages that a fixed rate left out, since the server had fallen behind. */
  readonly missed?: number;
}

/** Something that is measured, with one value at a time. */
export interface Quantity {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

/** Puts load on the server that is measured. */
export type Load = (
  transport: "ws" | "xhr" | "stream",
  action: "echo" | "fan" | "connect" | "idle",
  options: Readonly<Record<string, number>>,
) => Promise<Run>;

/** What a server has to do. */
export interface Workload {
  readonly name: string;
  /** Bytes of its messages. */
  readonly bytes: number;
  readonly quantities: readonly Quantity[];
  /** Whether it is slow, or slowed down: it runs less often in a second, so compilers take longer. */
  readonly isSlow: boolean;
  /** Whether a server is measured in slices of time, in turn with the others. */
  readonly inSlices: boolean;
  /** Whether a server is measured with it; all are without this. */
  isFor?(server: ServerName): boolean;
  /** Warms a server up; without it, a measurement does. */
  warmUp?(load: Load, durations: Durations): Promise<unknown>;
  /** Gives a sample for each quantity. */
  measure(load: Load, durations: Durations): Promise<Sample[]>;
}

/** The sizes of messages, in bytes. */
export const sizes: readonly number[] = [32, 1024, 65536];

const messages = [
  { name: "ws", title: "websocket echo", load: ["ws", "echo"], options: {} },
  { name: "ws16", title: "websocket echo, 16 in flight", load: ["ws", "echo"], options: { p: 16 } },
  { name: "fan-ws", title: "websocket fan-out", load: ["ws", "fan"], options: { n: 500 } },
  { name: "xhr", title: "xhr cycle", load: ["xhr", "echo"], options: {} },
  { name: "stream", title: "streaming echo", load: ["stream", "echo"], options: {} },
  { name: "fan-stream", title: "streaming fan-out", load: ["stream", "fan"], options: { n: 500 } },
] as const;

/** The six whose ratios the project has goals for. */
export const messageNames: readonly string[] = messages.map(({ name }) => name);

/** Whether it is one of them. */
export function isOfMessages({ name }: Workload): boolean {
  return messageNames.includes(name);
}

/** Workloads that show if a change is slower or larger: six, two with long messages, idle sessions. */
export function isCompared(workload: Workload): boolean {
  const { name, bytes } = workload;
  if (name.startsWith("idle-")) return true;
  if (bytes === 65536) return name === "ws" || name === "stream";
  return bytes === 32 && isOfMessages(workload);
}

/**
 * Sixteen in flight as well, but answers to messages that come together leave together:
 * what a server makes of several messages at once, with little of the system in it.
 */
const burst = {
  name: "burst-ws",
  title: "websocket echo, 16 at once",
  load: ["ws", "echo"],
  options: { p: 16, b: 1 },
} as const;

function messageWorkload(
  { name, title, load: [transport, action], options }: (typeof messages)[number] | typeof burst,
  bytes: number,
): Workload {
  return {
    name,
    bytes,
    quantities: [
      { name: `${name}-${bytes}`, title: `${title}, ${sizeText(bytes)}`, unit: "messages/s" },
    ],
    isSlow: transport !== "ws" && action === "echo",
    inSlices: true,
    async measure(load, { warmUp: w, counted: t }) {
      return [rate(await load(transport, action, { ...options, s: bytes, w, t }))];
    },
  };
}

function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`;
}

/** What messages or sessions a second there were, and what each cost. */
export function rate(run: Run): Sample {
  const { delivered, seconds, cpu } = run;
  return {
    ...sample(run, delivered / seconds),
    ...engineCost(run),
    cpu: cpu / delivered * 1e6,
    busy: cpu / seconds,
  };
}

/** What each message cost at a fixed rate, where the server is idle most of the time. */
export function cost(run: Run): Sample {
  const { delivered, cpu, missed } = run;
  return { ...sample(run, cpu / delivered * 1e6), ...engineCost(run), missed };
}

function engineCost({ delivered, engineCpu }: Run): { engine?: number } {
  return engineCpu > 0 ? { engine: engineCpu / delivered * 1e6 } : {};
}

/** A value beside which the load of other programs stands. */
export function sample({ otherCpu, seconds }: Run, value: number): Sample {
  return { value, others: otherCpu / seconds };
}

function connectWorkload(transport: "ws" | "xhr", title: string): Workload {
  const name = `connect-${transport}`;
  return {
    name,
    bytes: 32,
    quantities: [{ name, title: `new sessions, ${title}`, unit: "sessions/s" }],
    isSlow: true,
    inSlices: false,
    async measure(load, { warmUp: w, counted: t }) {
      return [rate(await load(transport, "connect", { w, t }))];
    },
  };
}

function idleWorkload(transport: "ws" | "stream", title: string): Workload {
  const name = `idle-${transport}`;
  return {
    name,
    bytes: 32,
    quantities: [
      { name: `${name}-memory`, title: `10,000 idle sessions, ${title}: memory`, unit: "B each" },
      { name: `${name}-cpu`, title: `10,000 idle sessions, ${title}: CPU`, unit: "% of a core" },
    ],
    isSlow: false,
    inSlices: false,
    async measure(load, { idle: t }) {
      const run = await load(transport, "idle", { n: 10_000, w: 0, t });
      return [sample(run, run.memoryForEach), sample(run, run.cpu / run.seconds * 100)];
    },
  };
}

/** Messages at fixed intervals, at half the rate that the server reaches just before. */
function latencyWorkload(transport: "ws" | "xhr" | "stream", title: string): Workload {
  const name = `latency-${transport}`;
  return {
    name,
    bytes: 32,
    quantities: ["p50", "p99"].map((quantile) => ({
      name: `${name}-${quantile}`,
      title: `latency at half the peak, ${title}: ${quantile}`,
      unit: "µs",
    })),
    isSlow: true,
    inSlices: false,
    async measure(load, { warmUp: w, counted: t }) {
      const { delivered, seconds } = await load(transport, "echo", { w, t });
      const run = await load(transport, "echo", { w, t, r: delivered / seconds / 2 });
      return [sample(run, run.p50), sample(run, run.p99)];
    },
  };
}

/** As many messages a second, whatever the number of sessions. */
function growthWorkload(sessions: number): Workload {
  const name = `growth-${sessions}`;
  const title = `${sessions.toLocaleString("en")} websockets, 5,000 messages/s: CPU`;
  return {
    name,
    bytes: 32,
    quantities: [{ name, title, unit: "µs a message" }],
    isSlow: true,
    inSlices: false,
    async measure(load, { warmUp: w, counted: t }) {
      return [cost(await load("ws", "echo", { n: sessions, r: 5000, w, t }))];
    },
  };
}

/** All workloads, the messages of these sizes. */
export function workloadsOf(sizes: readonly number[]): Workload[] {
  return [
    ...sizes.flatMap((bytes) => messages.map((each) => messageWorkload(each, bytes))),
    ...sizes.map((bytes) => messageWorkload(burst, bytes)),
    connectWorkload("ws", "websocket"),
    connectWorkload("xhr", "xhr"),
    idleWorkload("ws", "websocket"),
    idleWorkload("stream", "streaming"),
    latencyWorkload("ws", "websocket"),
    latencyWorkload("xhr", "xhr"),
    latencyWorkload("stream", "streaming"),
    growthWorkload(500),
    growthWorkload(10_000),
  ];
}

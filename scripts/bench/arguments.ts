/**
 * Parses the benchmark's command line.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type BusName, busNames } from "./engine.ts";
import type { Plan } from "./rounds.ts";
import { clusterWorkloads } from "./cluster_workloads.ts";
import { sharedWorkloads } from "./shared_workloads.ts";
import {
  beforeOf,
  clusterNames,
  isBefore,
  isOurs,
  type ServerName,
  serverNames,
  servers,
} from "./servers.ts";
import {
  isCompared,
  isOfMessages,
  messageNames,
  sizes,
  type Workload,
  workloadsOf,
} from "./workloads.ts";

/** What to do. */
export interface Arguments extends Plan {
  /** The folder of another checkout, whose servers are measured as well. */
  readonly before: URL | undefined;
  /** Shows the results in this file, instead of measuring. */
  readonly from: string | undefined;
  /** Where the results go, as JSON. */
  readonly out: string | undefined;
  /** Where the chart goes, as SVG. */
  readonly chart: string | undefined;
}

/** The servers of this checkout: those of another one come with ours. */
const ownNames = serverNames.filter((name) => !isBefore(name));

/** How the command is used. */
export const usage = `deno task bench [options]
  --quick             the six message workloads with messages of 32 bytes, in under 4 minutes
  --before folder     compares ours with ours of another checkout: has anything become slower or larger?
                      The six with 32 bytes, ws and stream with 65,536, and idle, in 40 minutes;
                      with --quick the six alone, in 4, and others by --only and --sizes
  --cluster           a service without a cluster, and in clusters of up to four processes, in
                      45 minutes; with --quick in 15
  --bus redis         what connects the processes of --cluster: ${busNames.join(", ")}; Redis by the
                      client of that name, and bun on Bun only
  --only ws,xhr       some workloads: ${messageNames.join(", ")},
                      burst, connect, idle, latency, growth, or one of these: connect-ws
  --servers a,b       some servers: ${ownNames.join(", ")};
                      with --before ours alone, unless they are named, each with its other version
  --sizes 32,1024     sizes of messages, in bytes
  --rounds 3          how often each is measured
  --seconds 3         how long each measurement counts; --warm-up 1 before that, three times as long for HTTP
  --patient           waits for other programs, and measures again what they disturbed
  --idle-seconds 60   how long idle sessions are watched; with --before 30, one heartbeat
  --out file.json     writes the results; --from file.json shows them again
  --chart file.svg    draws the workloads with messages of 32 bytes`;

const text = { type: "string" } as const;

const options = {
  "quick": { type: "boolean", default: false },
  "cluster": { type: "boolean", default: false },
  "patient": { type: "boolean", default: false },
  "bus": { type: "string", default: "local" },
  "before": text,
  "only": text,
  "servers": text,
  "sizes": text,
  "rounds": text,
  "seconds": text,
  "warm-up": text,
  "idle-seconds": text,
  "out": text,
  "from": text,
  "chart": text,
} as const;

/**
 * Reads the arguments.
 *
 * @throws {Error} If one of them means nothing.
 */
export function readArguments(args: readonly string[]): Arguments {
  const values = parse(args);
  const { quick, cluster } = values;
  const before = values.before === undefined ? undefined : folder(values.before);
  const only = list(values.only);
  const chosenSizes = list(values.sizes)?.map((size) => positive("--sizes", size)) ??
    (quick ? [32] : sizes);
  const all = cluster ? [...clusterWorkloads, ...sharedWorkloads] : workloadsOf(chosenSizes);
  check("--bus", [values.bus], cluster ? busNames : ["local"]);
  const bus = values.bus as BusName;
  const known = cluster
    ? clusterNames.filter((name) => bus !== "bun" || servers[name].runtime === "bun")
    : ownNames;
  const names = all.flatMap(({ name }) => [name, name.replace(/-[^-]*$/, "")]);
  check("--only", only, names);
  const named = list(values.servers);
  check("--servers", named, known);
  const isWanted = (workload: Workload): boolean => {
    if (only !== undefined) {
      const { name } = workload;
      return only.some((each) => name === each || name.startsWith(`${each}-`));
    }
    if (cluster) return true;
    if (quick) return isOfMessages(workload);
    if (before === undefined) return true;
    return values.sizes === undefined ? isCompared(workload) : isOfMessages(workload);
  };
  return {
    before,
    workloads: all.filter(isWanted),
    servers: before === undefined
      ? known.filter((name) => named?.includes(name) ?? true)
      : withBefore(known.filter((name) => named?.includes(name) ?? (cluster || isOurs(name)))),
    rounds: positive("--rounds", values.rounds ?? "3"),
    durations: {
      warmUp: positive("--warm-up", values["warm-up"] ?? (quick ? "0.2" : "1")),
      counted: positive("--seconds", values.seconds ?? (quick ? before ? "1.2" : "0.6" : "3")),
      idle: positive("--idle-seconds", values["idle-seconds"] ?? (before ? "30" : "60")),
    },
    patient: values.patient,
    bus,
    from: values.from,
    out: values.out,
    chart: values.chart,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}; --help lists the options`);
  }
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(",").map((each) => each.trim());
}

/** Ours of the other checkout next to ours of this one. */
function withBefore(names: readonly ServerName[]): ServerName[] {
  return names.flatMap((name) => [name, beforeOf(name) ?? []].flat());
}

/** Its address, by its path from the working directory. */
function folder(path: string): URL {
  return pathToFileURL(`${resolve(path)}/`);
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (number > 0 && number < Infinity) return number;
  throw new Error(`${option} takes a number above 0, not "${value}"`);
}

function check(option: string, given: string[] | undefined, known: readonly string[]): void {
  const unknown = given?.find((each) => !known.includes(each));
  if (unknown === undefined) return;
  throw new Error(
    `${option} does not take "${unknown}"; the choices are ${[...new Set(known)].join(", ")}`,
  );
}

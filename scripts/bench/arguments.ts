/**
 * What the command line asks for.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Plan } from "./rounds.ts";
import { serverNames } from "./servers.ts";
import { messageNames, sizes, workloadsOf } from "./workloads.ts";

/** What to do. */
export interface Arguments extends Plan {
  /** Shows the results in this file, instead of measuring. */
  readonly from: string | undefined;
  /** Where the results go, as JSON. */
  readonly out: string | undefined;
  /** Where the chart goes, as SVG. */
  readonly chart: string | undefined;
}

/** How the command is used. */
export const usage = `deno task bench [options]
  --quick             the six message workloads with messages of 32 bytes, in under 4 minutes
  --only ws,xhr       some workloads: ${messageNames.join(", ")},
                      burst, connect, idle, latency, growth, or one of these: connect-ws
  --servers a,b       some servers: ${serverNames.join(", ")}
  --sizes 32,1024     sizes of messages, in bytes
  --rounds 3          how often each is measured
  --seconds 3         how long each measurement counts; --warm-up 1 before that, HTTP thrice as long
  --patient           waits for other programs, and measures again what they disturbed
  --idle-seconds 60   how long idle sessions are watched
  --out file.json     writes the results; --from file.json shows them again
  --chart file.svg    draws the workloads with messages of 32 bytes`;

/**
 * Reads the arguments.
 *
 * @throws {Error} If one of them means nothing.
 */
export function readArguments(args: readonly string[]): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      "quick": { type: "boolean", default: false },
      "patient": { type: "boolean", default: false },
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
    },
  });
  const { quick } = values;
  const only = list(values.only);
  const chosenSizes = list(values.sizes)?.map((size) => positive("--sizes", size)) ??
    (quick ? [32] : sizes);
  const all = workloadsOf(chosenSizes);
  const names = all.flatMap(({ name }) => [name, name.replace(/-[^-]*$/, "")]);
  check("--only", only, names);
  check("--servers", list(values.servers), serverNames);
  const servers = list(values.servers) ?? serverNames;
  return {
    workloads: all.filter(({ name }) =>
      only?.some((each) => name === each || name.startsWith(`${each}-`)) ??
        (!quick || messageNames.includes(name))
    ),
    servers: serverNames.filter((name) => servers.includes(name)),
    rounds: positive("--rounds", values.rounds ?? "3"),
    durations: {
      warmUp: positive("--warm-up", values["warm-up"] ?? (quick ? "0.2" : "1")),
      counted: positive("--seconds", values.seconds ?? (quick ? "0.6" : "3")),
      idle: positive("--idle-seconds", values["idle-seconds"] ?? "60"),
    },
    patient: values.patient,
    from: values.from,
    out: values.out,
    chart: values.chart,
  };
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(",").map((each) => each.trim());
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (number > 0 && number < Infinity) return number;
  throw new Error(`${option} must be a positive number, and is ${value}`);
}

function check(option: string, given: string[] | undefined, known: readonly string[]): void {
  const unknown = given?.find((each) => !known.includes(each));
  if (unknown !== undefined) throw new Error(`${option} does not know ${unknown}`);
}

/**
 * What the command line of the soak asks for.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "../../support/engine.ts";
import type { HostName } from "../../support/hosts.ts";

const hosts = ["deno", "bun", "node24"] as const satisfies readonly HostName[];

/** What to soak, and how. */
export interface Arguments {
  readonly hosts: readonly HostName[];
  readonly seconds: number;
  /** How many at a time. */
  readonly sessions: number;
  readonly seed: number;
  /** Whether members of a cluster are soaked, on all runtimes at once. */
  readonly cluster: boolean;
  /** What the members share their sessions over, if not over the local bus. */
  readonly engine: EngineName | undefined;
  /** The folder for plots and data. */
  readonly out: string;
}

const options = {
  runtime: { type: "string", multiple: true },
  minutes: { type: "string", default: "10" },
  sessions: { type: "string" },
  seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 32)) },
  out: { type: "string", default: "soak" },
  cluster: { type: "boolean", default: false },
  engine: { type: "string" },
} as const;

/**
 * Reads the arguments.
 *
 * @throws {Error} If one of them means nothing.
 */
export function readArguments(args: readonly string[]): Arguments {
  const values = parse(args);
  const { cluster, sessions = cluster ? "200" : "2000" } = values;
  if (cluster && values.runtime !== undefined) {
    throw new Error("--runtime cannot stand beside --cluster, which takes all of them");
  }
  if (!cluster && values.engine !== undefined) throw new Error("--engine needs --cluster");
  return {
    hosts: values.runtime?.map((text) => nameFrom("runtime", hosts, text)) ?? hosts,
    seconds: Math.round(numberFrom("minutes", values.minutes) * 60),
    sessions: numberFrom("sessions", sessions),
    seed: numberFrom("seed", values.seed),
    cluster,
    engine: values.engine === undefined
      ? undefined
      : nameFrom("engine", engineNames, values.engine),
    out: values.out,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new Error(`${(error as Error).message}; the options are ${names.join(", ")}`);
  }
}

function numberFrom(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new Error(`--${name} takes a number above 0, not "${text}"`);
}

function nameFrom<Name extends string>(option: string, names: readonly Name[], text: string): Name {
  const name = names.find((each) => each === text);
  if (name !== undefined) return name;
  throw new Error(`--${option} takes ${names.join(", ")}, not "${text}"`);
}

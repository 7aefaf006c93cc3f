/**
 * Measures every workload on every server, in several rounds with fresh servers.
 *
 * @module
 */

import type { BusName } from "./engine.ts";
import type { Generator } from "./generator.ts";
import { PinnedCluster } from "./pinned_cluster.ts";
import { Progress } from "./progress.ts";
import { quiet, quietEnough } from "./quiet.ts";
import type { Figure } from "./results.ts";
import { type ServerName, servers } from "./servers.ts";
import type { Durations, Load, Sample, Workload } from "./workloads.ts";

/** What is measured. */
export interface Plan {
  readonly workloads: readonly Workload[];
  readonly servers: readonly ServerName[];
  readonly rounds: number;
  readonly durations: Durations;
  /** Whether it waits for other programs, and measures again what they disturbed. */
  readonly patient: boolean;
  /** What connects the processes of a cluster. */
  readonly bus: BusName;
}

/** Slow servers are warmed up so much longer. */
const slowStart = 3;

/** Each process of a cluster gets only its part of the messages that compile its code. */
function warmUpOf({ name, workload }: Trial, { warmUp }: Durations): number {
  return warmUp * (workload.isSlow ? slowStart : 1) * Math.max(servers[name].cluster, 1);
}
/** How long a slice is, and what its new connections are given before it counts, in seconds. */
const [slice, settling] = [0.3, 0.1];

/**
 * Measures all of a plan. A measurement that fails is reported and left out.
 *
 * @param commands how its servers are started
 */
export async function measureAll(
  generator: Generator,
  commands: ReadonlyMap<ServerName, readonly string[]>,
  { workloads, servers: chosenServers, rounds, durations, patient, bus }: Plan,
): Promise<{ figures: Figure[]; failures: string[] }> {
  const figures: Figure[] = [];
  const failures: string[] = [];
  const chosen = workloads.map(({ isFor }) =>
    chosenServers.filter((name) => isFor?.(name) ?? true)
  );
  const progress = new Progress(chosen.flat().length * rounds);
  for (const [at, workload] of workloads.entries()) {
    const names = chosen[at] ?? [];
    const found: Figure[] = workload.quantities.map((each) => ({ ...each, samples: {} }));
    figures.push(...found);
    for (let round = 1; round <= rounds; round++) {
      const order = round % 2 === 1 ? names : names.toReversed();
      const trials = order.map((name) =>
        new Trial(generator, name, commands.get(name) ?? [], workload, durations, bus)
      );
      await (workload.inSlices ? inSlices : oneByOne)(trials, durations, async (attempt) => {
        let samples: Sample[];
        do {
          if (patient) await quiet(() => progress.waiting());
          samples = await attempt();
        } while (patient && samples.some(({ others }) => others > quietEnough));
        return samples;
      });
      for (const { name, measured, failure } of trials) {
        if (failure === undefined) {
          found.forEach(({ samples: all }, at) =>
            (all[name] ??= []).push(...measured.map((samples) => samples[at]!))
          );
          progress.measured(round, workload, name, measured);
        } else {
          failures.push(`${workload.name} on ${name}: ${failure}`);
          progress.failed(round, workload, name, failure);
        }
      }
    }
  }
  return { figures, failures };
}

/** Makes attempts until one has gone undisturbed. */
type Repeat = (attempt: () => Promise<Sample[]>) => Promise<Sample[]>;

/** A whole measurement of each server, which is the only one meanwhile. */
async function oneByOne(trials: Trial[], durations: Durations, repeat: Repeat): Promise<void> {
  for (const trial of trials) {
    await trial.attempt(async () => {
      trial.measured.push(
        await repeat(async () => {
          await trial.start();
          return await trial.measure({ warmUp: warmUpOf(trial, durations) });
        }),
      );
    });
    await trial.end();
  }
}

/**
 * Slices of time in turn, forwards and backwards: the machine's pace changes from one second
 * to the next, and its changes are to meet all servers alike.
 */
async function inSlices(trials: Trial[], durations: Durations, repeat: Repeat): Promise<void> {
  const slices = Math.ceil(durations.counted / slice);
  for (const trial of trials) {
    await trial.attempt(async () => {
      await trial.start();
      await trial.warmUp({ warmUp: settling, counted: warmUpOf(trial, durations) });
    });
  }
  for (let count = 0; count < slices; count++) {
    for (const trial of count % 2 === 0 ? trials : trials.toReversed()) {
      await trial.attempt(async () => {
        const sliced = { warmUp: settling, counted: durations.counted / slices };
        trial.measured.push(await repeat(() => trial.measure(sliced)));
      });
    }
  }
  for (const trial of trials) await trial.end();
}

/** A workload on one server. */
class Trial {
  readonly name: ServerName;
  readonly workload: Workload;
  /** A sample for each quantity, and that for each slice. */
  readonly measured: Sample[][] = [];
  /** Why it came to nothing. */
  failure: string | undefined;
  readonly #generator: Generator;
  readonly #command: readonly string[];
  readonly #durations: Durations;
  readonly #bus: BusName;
  #server: PinnedCluster | undefined;

  constructor(
    generator: Generator,
    name: ServerName,
    command: readonly string[],
    workload: Workload,
    durations: Durations,
    bus: BusName,
  ) {
    this.#generator = generator;
    this.#bus = bus;
    this.#command = command;
    this.name = name;
    this.workload = workload;
    this.#durations = durations;
  }

  /** Does something of it, unless it has failed already. */
  async attempt(what: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await what();
    } catch (error) {
      this.failure = (error as Error).message + await this.end();
    }
  }

  /** Starts the server, afresh. */
  async start(): Promise<void> {
    await this.end();
    const { bytes } = this.workload;
    this.#server = await PinnedCluster.start(this.name, this.#command, bytes, this.#bus);
  }

  /** Warms it up, with other durations than those of the plan. */
  async warmUp(durations: Partial<Durations>): Promise<void> {
    const { warmUp = this.workload.measure } = this.workload;
    await warmUp(this.#load(), { ...this.#durations, ...durations });
  }

  /** Measures it, with other durations than those of the plan. */
  measure(durations: Partial<Durations>): Promise<Sample[]> {
    return this.workload.measure(this.#load(), { ...this.#durations, ...durations });
  }

  #load(): Load {
    const server = this.#server;
    if (server === undefined) throw new Error("There is no server");
    const { carried } = servers[this.name];
    return (transport, action, options) =>
      this.#generator.run(
        server.processes,
        [transport, action],
        { ...options, ...(carried && { c: carried }) },
        server.engine,
      );
  }

  /** Ends the server, and gives what it wrote to its standard error. */
  async end(): Promise<string> {
    const server = this.#server;
    this.#server = undefined;
    return await server?.end() ?? "";
  }
}

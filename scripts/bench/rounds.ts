/**
 * Measures: every workload on every server, in several rounds, which go through the
 * servers in turn forwards and backwards.
 *
 * @module
 */

import type { Generator } from "./generator.ts";
import { PinnedServer } from "./pinned_server.ts";
import { Progress } from "./progress.ts";
import { quiet, quietEnough } from "./quiet.ts";
import type { Figure } from "./results.ts";
import type { ServerName } from "./servers.ts";
import type { Durations, Sample, Workload } from "./workloads.ts";

/** What is measured. */
export interface Plan {
  readonly workloads: readonly Workload[];
  readonly servers: readonly ServerName[];
  readonly rounds: number;
  readonly durations: Durations;
  /** Whether it waits for other programs, and measures again what they disturbed. */
  readonly patient: boolean;
}

/** Measures all of a plan. A measurement that fails is told of, and left out. */
export async function measureAll(
  generator: Generator,
  { workloads, servers, rounds, durations, patient }: Plan,
): Promise<{ figures: Figure[]; failures: string[] }> {
  const figures: Figure[] = [];
  const failures: string[] = [];
  const progress = new Progress(workloads.length * servers.length * rounds);
  for (const workload of workloads) {
    const found: Figure[] = workload.quantities.map((each) => ({ ...each, samples: {} }));
    figures.push(...found);
    for (let round = 1; round <= rounds; round++) {
      for (const server of round % 2 === 1 ? servers : servers.toReversed()) {
        try {
          let samples: Sample[];
          do {
            if (patient) await quiet(() => progress.waiting());
            samples = await measure(generator, server, workload, durations);
          } while (patient && samples.some(({ others }) => others > quietEnough));
          found.forEach(({ samples: all }, at) => (all[server] ??= []).push(samples[at]!));
          progress.measured(round, workload, server, samples);
        } catch (error) {
          const { message } = error as Error;
          failures.push(`${workload.name} on ${server}: ${message}`);
          progress.failed(round, workload, server, message);
        }
      }
    }
  }
  return { figures, failures };
}

async function measure(
  generator: Generator,
  name: ServerName,
  workload: Workload,
  durations: Durations,
): Promise<Sample[]> {
  await using server = await PinnedServer.start(name, workload.bytes);
  try {
    return await workload.measure(
      (transport, action, options) => generator.run(server, [transport, action], options),
      durations,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}${await server.end()}`, { cause: error });
  }
}

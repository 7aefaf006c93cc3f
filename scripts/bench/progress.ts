/**
 * Shows the benchmark's progress.
 *
 * @module
 */

import { number } from "./numbers.ts";
import { median } from "./statistics.ts";
import type { ServerName } from "./servers.ts";
import type { Sample, Workload } from "./workloads.ts";

/** A line for each measurement, on standard error. */
export class Progress {
  readonly #all: number;
  #done = 0;
  readonly #start = performance.now();

  constructor(all: number) {
    this.#all = all;
  }

  measured(round: number, workload: Workload, server: ServerName, measured: Sample[][]): void {
    const values = workload.quantities.map(({ unit }, at) =>
      `${number(median(measured.map((samples) => samples[at]!.value)))} ${unit}`
    );
    this.#line(round, workload, server, values.join(", "));
  }

  waiting(): void {
    console.error("Other programs are busy: waiting for them");
  }

  failed(round: number, workload: Workload, server: ServerName, why: string): void {
    this.#line(round, workload, server, `failed: ${why}`);
  }

  #line(round: number, { name, bytes }: Workload, server: ServerName, outcome: string): void {
    this.#done++;
    const seconds = (performance.now() - this.#start) / 1000;
    const left = seconds / this.#done * (this.#all - this.#done);
    const count = `${this.#done}/${this.#all}`.padStart(2 * `${this.#all}`.length + 1);
    console.error(
      `${count}, ${
        duration(left)
      } left | ${name}, ${bytes} B, round ${round} | ${server}: ${outcome}`,
    );
  }
}

/** `2:05` for 125 seconds. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
}

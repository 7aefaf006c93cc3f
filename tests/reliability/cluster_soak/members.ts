/**
 * The members of the cluster as the driver sees them, and the balancer in front: each request goes
 * straight to the member whose turn it is, and is never tried again at another one.
 *
 * @module
 */

import type { RuntimeName } from "../../../scripts/runtimes.ts";
import { cutOff } from "../../support/cut_off.ts";
import type { Engine } from "../../support/engine.ts";
import { ServerProcess } from "../../support/server_process.ts";
import { readBody, readHead } from "../soak/answers.ts";
import { sleep } from "../soak/lives.ts";
import { Wire } from "../soak/wire.ts";
import type { Counts } from "./application.ts";
import { type Trouble, Troubles } from "./troubles.ts";

const program = new URL("member.ts", import.meta.url);

/** What the members run on. */
export const runtimes = ["deno", "bun", "node24", "node20"] as const satisfies RuntimeName[];

/** What can happen to a member. */
export type Disruption = "kill" | "freeze" | "end";

/** What members are started with. */
export interface MembersOptions {
  /** Milliseconds, as the option of that name. */
  readonly peerTimeout: number;
  /** That of the local bus. */
  readonly folder: string;
  /** What they share their sessions over, if not over the local bus. */
  readonly engine?: Engine | undefined;
}

/** One process, from its start to its end. */
export class Member {
  /** No other one has it. */
  readonly name: string;
  readonly runtime: RuntimeName;
  readonly process: ServerProcess;
  readonly startedAt = performance.now();
  readonly settling: number;
  /** Whether the balancer gives it requests. */
  isChosen = true;
  isFrozen = false;
  /** Whether its process was killed, or told to end. */
  isGone = false;
  /** Whether it was told to end. It tells its clients of that, if they come in time. */
  endsInOrder = false;
  /** How often it had too much to do to answer. */
  busyCount = 0;
  /** When it went on the last time after it had been frozen. */
  thawedAt = -Infinity;
  readonly #troubles = new Troubles();

  /** @param settling Milliseconds in which all that its trouble has caused is over. */
  constructor(
    name: string,
    runtime: RuntimeName,
    process: ServerProcess,
    settling: number,
  ) {
    this.settling = settling;
    this.name = name;
    this.runtime = runtime;
    this.process = process;
  }

  /** From now on it may fail, until `recovered`. */
  troubled(): Trouble {
    return this.#troubles.begin();
  }

  /** The same, because it has too much to do. */
  troubledByLoad(): Trouble {
    this.busyCount++;
    return this.troubled();
  }

  /** Whether it may have failed in some part of a time. */
  wasTroubled(from: number, to: number): boolean {
    return this.#troubles.overlap(from, to);
  }

  /** Since when its clients have to be told that it does not answer; `undefined` if they need not. */
  get silentSince(): number | undefined {
    return this.isFrozen || this.isGone ? this.#troubles.last?.from : undefined;
  }

  /** For how many ms it could have shown a sign of life, when the last one came at a time. */
  silence(lastSign: number): number {
    return this.isFrozen ? 0 : performance.now() - Math.max(lastSign, this.thawedAt);
  }

  /** Asks for its counts. */
  async counts(path: "counts" | "collected"): Promise<Counts> {
    const wire = await Wire.open(this.process.port);
    try {
      await wire.write(`GET /${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
      return JSON.parse(await readBody(wire, await readHead(wire)));
    } finally {
      wire.close();
    }
  }
}

/** All members. */
export class Members implements AsyncDisposable {
  /** Those that are there, in the order of the runtimes. */
  readonly current: Member[] = [];
  /** All that there have ever been, by name. */
  readonly all = new Map<string, Member>();
  /** What ended otherwise than it should have, in words. */
  readonly faults: string[] = [];
  readonly counts: Record<Disruption, number> = { kill: 0, freeze: 0, end: 0 };
  /** Times in which the engine was away. */
  readonly engineTroubles = new Troubles();
  readonly #options: MembersOptions;
  #turn = 0;
  /** How many members have kept the claims of all, one after another. */
  registries = 1;
  #movedAt = -Infinity;

  private constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Starts them. */
  static async start(options: MembersOptions): Promise<Members> {
    const members = new Members(options);
    await Promise.all(runtimes.map((_, at) => members.#start(at)));
    return members;
  }

  /** Milliseconds. */
  get peerTimeout(): number {
    return this.#options.peerTimeout;
  }

  /** The members' option of that name, in ms. */
  get answerTimeout(): number {
    return this.peerTimeout / 2;
  }

  /** Milliseconds in which all that a trouble has caused is over, when its member is well again. */
  get settling(): number {
    return this.peerTimeout + 2000;
  }

  /**
   * Whether the claims of all were at another member a short while ago. That happens on a machine so
   * busy that the driver, which keeps them, does not answer; then sessions may be opened twice.
   */
  get hasRegistryMoved(): boolean {
    for (const { name } of Deno.readDirSync(this.#options.folder)) {
      const number = Number(/^registry-([0-9]+)$/.exec(name)?.[1] ?? 0);
      if (number <= this.registries) continue;
      this.registries = number;
      this.#movedAt = performance.now();
    }
    return performance.now() - this.#movedAt < 4 * this.settling;
  }

  /** How often a member had too much to do to answer the driver. */
  get busyCount(): number {
    return [...this.all.values()].reduce((sum, { busyCount }) => sum + busyCount, 0);
  }

  /** The member whose turn it is. */
  next(): Member {
    const count = this.current.length;
    for (let tries = 0; tries < count; tries++) {
      const member = this.current[this.#turn++ % count]!;
      if (member.isChosen) return member;
    }
    return this.current[this.#turn % count]!;
  }

  /** Kills one, or has it end in order, and starts another one in its place. */
  async replace(at: number, how: "kill" | "end", noticed: number, pause: number): Promise<void> {
    const member = this.current[at]!;
    this.counts[how]++;
    member.troubled();
    // The balancer knows at once of those that end in order.
    if (how === "end") {
      member.isChosen = false;
      member.endsInOrder = true;
    } else setTimeout(() => member.isChosen = false, noticed);
    member.isGone = true;
    const { code, stderr } = await (how === "kill" ? member.process.kill() : member.process.stop());
    if (how === "end" && code !== 0) this.faults.push(`${member.name} ended with ${code}`);
    for (const each of complaints(stderr)) this.faults.push(`${member.name} printed: ${each}`);
    await sleep(pause);
    await this.#start(at);
  }

  /** Has one stand still for a time. */
  async freeze(at: number, time: number, noticed: number): Promise<void> {
    const member = this.current[at]!;
    this.counts.freeze++;
    const trouble = member.troubled();
    Deno.kill(member.process.pid, "SIGSTOP");
    member.isFrozen = true;
    const leaving = setTimeout(() => member.isChosen = false, noticed);
    try {
      await sleep(time);
    } finally {
      Deno.kill(member.process.pid, "SIGCONT");
      member.isFrozen = false;
      member.thawedAt = performance.now();
      trouble.to = member.thawedAt + this.settling;
      clearTimeout(leaving);
      member.isChosen = true;
    }
  }

  /** What members that are there have printed that they should not have. */
  get complaints(): string[] {
    return this.current.flatMap(({ name, process }) =>
      complaints(process.stderr).map((each) => `${name} printed: ${each}`)
    );
  }

  /** Ends all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.current.map(({ process }) => process.kill()));
  }

  async #start(at: number): Promise<void> {
    const name = `${runtimes[at]}-${this.all.size}`;
    const { folder, peerTimeout, engine } = this.#options;
    const process = await ServerProcess.start(runtimes[at]!, program, [
      ...(engine === undefined ? ["--folder", folder] : ["--engine", engine.url]),
      ...["--name", name, "--peer", `${peerTimeout}`],
    ]);
    const member = new Member(name, runtimes[at]!, process, this.settling);
    this.all.set(name, member);
    this.current[at] = member;
  }
}

/**
 * What one has to say that was cut off from the bus, or that has begun beside a frozen one, for which
 * the bus waits; and Bun after it was frozen itself.
 */
const expected =
  /^Cannot .* the bus: |^This server does not hear itself on the bus, |^warn: Bun\.serve\(\) timed out a request /;

/** What else a member printed as errors. */
function complaints(stderr: string): string[] {
  return stderr.replaceAll(cutOff, "").split("\n").filter((line) =>
    line !== "" && !expected.test(line)
  );
}

/**
 * Runs many cases against one server, many at a time.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Control } from "../../support/control.ts";
import { TestServer } from "../../support/test_server.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import type { HostName } from "../../support/hosts.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import type { Case, DrawCase } from "./case.ts";
import { Client, type Target } from "./client.ts";

/** Cases between two looks at the control. */
const stride = 500;
/** How many clients there are: most of them wait for a heartbeat, or for nothing. */
const clients = 128;
/** Characters of an error that are shown. */
const most = 1000;
/** Things that a case does, of those that are shown. */
const mostLines = 20;

/** The cases, and the server that they run against. */
export interface Campaign {
  readonly host: HostName;
  readonly draw: DrawCase;
  /** Whether the server has other ports, which it reports at `/ports`. */
  readonly hasPorts?: boolean;
  /** What its server may print: lines by which a runtime reports what was thrown. */
  readonly mayPrint?: RegExp;
  /** Starts a server, to try cases one by one. */
  readonly start: () => Promise<ServerProcess>;
}

/** The cases from `seed` on, as many as `count`. */
export interface Range {
  readonly seed: number;
  readonly count: number;
}

/** Some cases, of which it may not be known which, and what went wrong. */
interface Fault extends Range {
  readonly error: unknown;
}

/** Runs the cases. Throws with all that is needed to repeat the one that fails. */
export async function attack(
  campaign: Campaign,
  process: ServerProcess,
  range: Range,
): Promise<void> {
  using siege = await Siege.begin(campaign, process);
  const fault = await siege.run(range) ?? await siege.look(range);
  if (fault === undefined) return;
  const { stderr } = process;
  // Of all that went on at the same time, something else may have hurt the server.
  const isWell = await siege.look(range) === undefined;
  const from = Math.max(range.seed, fault.seed - stride - clients);
  const recent = { seed: from, count: siege.next - from };
  const alone = (isWell && fault.count === 1 ? await findAlone(campaign, fault) : undefined) ??
    await findAlone(campaign, recent);
  throw new Error(report(campaign.draw, fault, alone ?? { ...recent, error: undefined }, stderr));
}

/** The first of these cases that fails when it has a server for itself. */
async function findAlone(campaign: Campaign, { seed, count }: Range): Promise<Fault | undefined> {
  await using process = await campaign.start();
  using siege = await Siege.begin(campaign, process);
  for (let at = seed; at < seed + count; at++) {
    const range = { seed: at, count: 1 };
    const fault = await siege.run(range) ?? await siege.look(range);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A server, its clients, and the control sessions that must not be disturbed. */
class Siege implements Disposable {
  readonly #target: Target;
  /** The first case that has not begun. */
  next = 0;
  readonly #campaign: Campaign;
  readonly #server: TestServer;
  readonly #control: Control;
  #looked: Promise<Fault | undefined> = Promise.resolve(undefined);

  private constructor(target: Target, campaign: Campaign, server: TestServer, control: Control) {
    this.#target = target;
    this.#campaign = campaign;
    this.#server = server;
    this.#control = control;
  }

  static async begin(campaign: Campaign, process: ServerProcess): Promise<Siege> {
    const { host, hasPorts = false } = campaign;
    const server = new TestServer(host, process);
    const ports = hasPorts ? JSON.parse((await server.get("/ports")).body) : {};
    const target = { host, port: server.port, ports };
    return new Siege(target, campaign, server, await Control.open(server));
  }

  /** Runs all clients, and returns the first fault. */
  async run({ seed, count }: Range): Promise<Fault | undefined> {
    this.next = seed;
    let fault: Fault | undefined;
    const work = async () => {
      using client = new Client(this.#target);
      while (this.next < seed + count && fault === undefined) {
        const range = { seed: this.next++, count: 1 };
        if ((range.seed - seed) % stride === stride - 1) {
          const seen = await this.look(range);
          fault ??= seen;
        }
        await drawn(this.#campaign.draw, range.seed).run(client).catch((error) => {
          fault ??= { ...range, error };
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(clients, count) }, work));
    return fault;
  }

  /** Checks that the server is alive and its control sessions work. One check at a time. */
  look(range: Range): Promise<Fault | undefined> {
    return (this.#looked = this.#looked.then(() => this.#look(range)));
  }

  async #look(range: Range): Promise<Fault | undefined> {
    try {
      await this.#control.echoes(this.#server);
      await this.#server.roundTrip();
      assertEquals(unexpected(this.#campaign, this.#server), "", "on the server's standard error");
      return undefined;
    } catch (error) {
      return { ...range, error };
    }
  }

  [Symbol.dispose](): void {
    this.#control[Symbol.dispose]();
    this.#server[Symbol.dispose]();
  }
}

/** What a server has printed on its standard error that it may not. */
export function unexpected({ mayPrint }: Pick<Campaign, "mayPrint">, { stderr }: Printing): string {
  return mayPrint === undefined ? stderr : stderr.replaceAll(mayPrint, "");
}

/** What prints. */
interface Printing {
  readonly stderr: string;
}

function drawn(draw: DrawCase, seed: number): Case {
  return draw(new SeededRandom(seed), idOf(seed));
}

/** A summary that is short enough to read. */
function shownOf({ shows }: Case): string[] {
  const lines = shows.slice(0, mostLines).map((each) => JSON.stringify(each).slice(0, most));
  return shows.length > mostLines ? [...lines, `and ${shows.length - mostLines} more`] : lines;
}

function report(draw: DrawCase, fault: Fault, culprit: Fault, stderr: string): string {
  const { seed, count, error } = culprit;
  const shown = error === undefined ? fault : culprit;
  return [
    `FUZZ_SEED=${seed} FUZZ_CASES=${count}`,
    error === undefined ? "Together they fail, and none does alone:" : `${error}`.slice(0, most),
    `${fault.error}`.slice(0, most),
    ...(shown.count > 1 ? [] : shownOf(drawn(draw, shown.seed))),
    stderr.slice(0, most),
  ].join("\n");
}

/**
 * The id of a case. Those of two cases differ in more than one letter, so that a request that is
 * mutated in one place does not reach the session of another case.
 */
function idOf(seed: number): string {
  return `fuzz${seed}-${`${seed}`.split("").reverse().join("")}`;
}

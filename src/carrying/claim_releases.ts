/**
 * Claims that have to go from the registry.
 *
 * @module
 */

import { attempt } from "../cluster/attempt.ts";
import type { Bus } from "../cluster/bus.ts";
import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";
import type { Holder } from "./claim_value.ts";

/** Milliseconds until a release that has failed is tried again. */
const retryDelay = 1000;
/** The same at the end, and the most milliseconds that the end takes. */
const lastRetryDelay = 250;
const closeTimeout = 1000;
/**
 * How many that have failed are kept, and how many are tried again at a time: while the registry does
 * not answer, each request may leave one. What is not kept goes when somebody asks for its session, or
 * at the end of its time.
 */
const maxFailed = 10_000;
const retried = 1000;
/** Milliseconds after which a notice ends. Meanwhile its server has renewed its claims anyway. */
const noticeTtl = 15 * 60 * 1000;
const notice = "released";

/** What is left of a release that has failed. */
interface Release {
  readonly key: string;
  /** The server whose claim it is, if that is another one. */
  readonly other: string | undefined;
}

/**
 * Releases them, and tries again what fails. Whoever releases a claim of another server leaves a notice
 * in the registry: if that server lives after all, it has to learn of it.
 */
export class ClaimReleases {
  readonly #bus: Bus;
  /** What the keys of notices begin with. */
  readonly #notices: string;
  readonly #busFailed: (call: string, error: unknown) => void;
  /** By the values of the claims. */
  readonly #failed = new Map<string, Release>();
  readonly #underWay = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(bus: Bus, name: string, busFailed: (call: string, error: unknown) => void) {
    this.#bus = bus;
    this.#notices = `sj:${name}:g:`;
    this.#busFailed = busFailed;
  }

  /** Releases a claim of this server. Resolves when that is done, or has failed for now. */
  release(key: string, { value }: Holder): Promise<void> {
    return this.#release(value, { key, other: undefined });
  }

  /** Releases a claim of a server that is taken for dead. */
  releaseOf(key: string, { server, value }: Holder): Promise<void> {
    return this.#release(value, { key, other: server });
  }

  /** Whether another server has released claims of a server since this was asked the last time. */
  async takeNotice(server: string): Promise<boolean> {
    const key = this.#notices + server;
    if (await this.#bus.find(key) === undefined) return false;
    await this.#bus.release(key, notice);
    return true;
  }

  /** Ends the timer. What is under way, or has failed, is tried once more, for a second at most. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    let timer;
    const end = new Promise<void>((resolve) => timer = setTimeout(resolve, closeTimeout));
    await Promise.race([this.#finish(), end]);
    clearTimeout(timer);
  }

  async #finish(): Promise<void> {
    await Promise.all(this.#underWay);
    if (this.#failed.size === 0) return;
    await new Promise((resolve) => setTimeout(resolve, lastRetryDelay));
    this.#retry(Infinity);
    await Promise.all(this.#underWay);
  }

  #release(value: string, release: Release): Promise<void> {
    const done = attempt(() => this.#tell(value, release)).catch((error) => {
      this.#busFailed("release a claim at", error);
      if (this.#failed.size < maxFailed) this.#failed.set(value, release);
      if (!this.#isClosed) this.#timer ??= unheldTimer(() => this.#retry(), retryDelay);
    }).then(() => {
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
    return done;
  }

  async #tell(value: string, { key, other }: Release): Promise<void> {
    await this.#bus.release(key, value);
    // Not before: who finds the notice claims again at once.
    if (other !== undefined) await this.#bus.claim(this.#notices + other, notice, noticeTtl);
  }

  /** If the first do not fail again, the next follow. */
  #retry(most = retried): void {
    this.#timer = undefined;
    const some: Promise<void>[] = [];
    for (const [value, release] of this.#failed) {
      if (some.length === most) break;
      this.#failed.delete(value);
      some.push(this.#release(value, release));
    }
    Promise.all(some).then(() => {
      if (this.#failed.size > 0 && this.#timer === undefined && !this.#isClosed) this.#retry();
    });
  }
}

/**
 * Keeps a number of sessions open: each one that ends is followed by another one, which may have the
 * same id.
 *
 * @module
 */

import { httpTransports } from "../soak/http_transports.ts";
import { sleep } from "../soak/lives.ts";
import type { Random } from "../soak/messages.ts";
import type { EndedConnection } from "./application.ts";
import type { Member, Members } from "./members.ts";
import type { ClusterTally } from "./tally.ts";
import type { Life, Scene } from "./life.ts";
import { Visit } from "./visit.ts";

/** What visitors do. */
export interface VisitorsOptions {
  readonly members: Members;
  readonly tally: ClusterTally;
  readonly random: Random;
  /** How many sessions there are at a time. */
  readonly size: number;
  /** The longest life of a session, in ms. */
  readonly longestLife: number;
}

/** The chance that the next session has the id of the last one. */
const comesAgain = 0.4;

/** For so many ms, a member may have sessions that it should not have any more. */
const lately = 30_000;

/** All sessions of a soak. */
export class Visitors implements Scene {
  readonly members: Members;
  readonly random: Random;
  readonly tally: ClusterTally;
  /** All ids that there were. */
  readonly ids = new Set<string>();
  isOver = false;
  readonly #longestLife: number;
  readonly #visits = new Set<Visit>();
  /** By connection: what its client has, and what the application has received. */
  readonly #visited = new Map<string, Visit>();
  readonly #ended = new Map<string, EndedConnection>();
  readonly #slots: Promise<void>[];

  constructor({ members, random, tally, size, longestLife }: VisitorsOptions) {
    this.members = members;
    this.random = random;
    this.tally = tally;
    this.#longestLife = longestLife;
    this.#slots = Array.from({ length: size }, (_, at) => this.#fill(at, at / size * 2000));
  }

  /** Connections of living members of which the application has not said that they are over. */
  get unclosed(): number {
    this.#settle();
    return this.#visited.size;
  }

  /** Looks after requests that are not answered. */
  watch(): void {
    for (const visit of this.#visits) visit.watch();
  }

  welcomed(visit: Visit, connection: string): void {
    if (this.#visited.has(connection)) {
      this.tally.addFault(`two sessions have the connection ${connection}`);
    }
    this.#visited.set(connection, visit);
  }

  /** Takes what a member says of connections that are over. */
  reportEnded(all: readonly EndedConnection[]): void {
    for (const ended of all) {
      this.#ended.set(ended.id, ended);
      const { tally } = this;
      tally.altered += ended.altered;
      // What it cannot have been meant for is missing elsewhere, unless its session is mixed up.
      const now = performance.now();
      const member = this.members.all.get(ended.id.split("/", 1)[0]!);
      if (member?.wasTroubled(now - lately, now) !== true) tally.foreign += ended.foreign;
      if (ended.altered > 0) tally.addFault(`${ended.id}: ${ended.altered} messages were altered`);
    }
    this.#settle();
  }

  /** Has all sessions end, each in its own way, and no other follow. */
  async leave(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.#slots);
  }

  /** Adds up what is left when all members have told all. */
  settleAll(): void {
    this.#settle();
    for (const [connection, visit] of this.#visited) {
      this.tally.addFault(`${connection} had no close`);
      visit.settle(undefined);
    }
    // A request that was cut off, or waited at a frozen member, may open what its client never sees.
    for (const { id, received } of this.#ended.values()) {
      this.tally.unseen++;
      if (received === 0) continue;
      this.tally.strange++;
      this.tally.addFault(`${id}: a connection that no client had, with ${received} messages`);
    }
  }

  async #fill(slot: number, delay: number): Promise<void> {
    const transport = httpTransports[slot % httpTransports.length]!;
    await sleep(delay);
    let id = crypto.randomUUID();
    let formerOwners: Member[] | undefined;
    let formerCarriers: Member[] = [];
    while (!this.isOver) {
      const roll = this.random();
      const life: Life = {
        transport,
        length: 500 + this.random() ** 2 * this.#longestLife,
        end: roll < 0.35
          ? "leaves"
          : roll < 0.6
          ? "is closed"
          : roll < 0.85
          ? "aborts"
          : "vanishes",
        pauses: this.random() < 0.3,
        listens: this.random() < 0.2,
        formerOwners,
        formerCarriers,
      };
      const visit = new Visit(id, life, this);
      await this.#visit(visit, life);
      if (this.random() < comesAgain) {
        formerOwners = [...formerOwners ?? [], ...(visit.holder ? [visit.holder] : [])];
        formerCarriers = [...formerCarriers, ...visit.cutAt];
      } else {
        id = crypto.randomUUID();
        formerOwners = undefined;
        formerCarriers = [];
      }
    }
  }

  async #visit(visit: Visit, { end }: Life): Promise<void> {
    this.ids.add(visit.id);
    this.#visits.add(visit);
    const { broken } = this.tally;
    await visit.live();
    this.#visits.delete(visit);
    this.tally.ends[end] = (this.tally.ends[end] ?? 0) + 1;
    this.#settle();
    // Members that are gone are not asked as fast as we can.
    if (this.tally.broken > broken) await sleep(1000);
  }

  #settle(): void {
    for (const [connection, visit] of this.#visited) {
      if (this.#visits.has(visit)) continue;
      const ended = this.#ended.get(connection);
      if (ended === undefined && visit.owner?.isGone === false) continue;
      visit.settle(ended);
      this.#visited.delete(connection);
      this.#ended.delete(connection);
    }
  }
}

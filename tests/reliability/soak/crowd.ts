/**
 * Keeps a number of sessions open: each one that ends is replaced by another.
 *
 * @module
 */

import { clientOf, type End, randomLife, sleep, transports } from "./lives.ts";
import type { Random } from "./messages.ts";
import type { Ended } from "./service.ts";
import { Session } from "./session.ts";
import type { Tally } from "./tally.ts";

/** What a crowd is made of. */
export interface CrowdOptions {
  /** The server's. */
  port: number;
  /** How many sessions there are at a time. */
  size: number;
  /** The longest life of a session, in ms. */
  longestLife: number;
  /** Within how many ms the first sessions open. */
  opensWithin: number;
  /** How all of them end, if it is not left to chance. */
  end?: End;
  random: Random;
  tally: Tally;
}

/** All sessions of a soak. */
export class Crowd {
  isOver = false;
  readonly #options: CrowdOptions;
  readonly #living = new Set<Session>();
  /** Those that are over for their client or for the server, but not for both. */
  readonly #left = new Set<string>();
  readonly #ended = new Map<string, Ended>();
  readonly #sessions = new Map<string, Session>();
  readonly #slots: Promise<void>[];
  #count = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.size }, (_, at) => this.#fill(at));
  }

  /** Sessions of which the server has not said that they are over. */
  get unclosed(): number {
    return this.#sessions.size;
  }

  /** Looks after sessions that have fallen silent. */
  watch(): void {
    for (const session of this.#living) session.watch();
  }

  /** Takes what the server says of sessions that are over. */
  reportEnded(ended: readonly Ended[]): void {
    for (const each of ended) {
      if (!this.#sessions.has(each.id) || this.#ended.has(each.id)) {
        this.#options.tally.strange++;
        this.#options.tally.addFault(`${each.id}: an unknown session, or one that closed twice`);
        continue;
      }
      this.#ended.set(each.id, each);
      this.#settle(each.id);
    }
  }

  /** Has all sessions end, each in its own way, and no other follow. */
  async leave(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.#slots);
  }

  /** Adds up what the server has said nothing of. */
  settleAll(): void {
    for (const session of this.#sessions.values()) session.settle(undefined);
  }

  async #fill(slot: number): Promise<void> {
    const { size, opensWithin } = this.#options;
    // Their lives begin spread over this time.
    await sleep(slot / size * opensWithin);
    while (!this.isOver) await this.#live(slot);
  }

  async #live(slot: number): Promise<void> {
    const { port, longestLife, random, tally, end } = this.#options;
    const transport = transports[slot % transports.length] ?? "";
    const id = `${slot}-${this.#count++}`;
    const client = clientOf(transport, id, port, random);
    const life = { ...randomLife(random, transport, longestLife), ...(end && { end }) };
    const session = new Session(id, life, client, random, tally);
    this.#sessions.set(id, session);
    this.#living.add(session);
    const { broken } = tally;
    await session.live(this);
    this.#living.delete(session);
    this.#left.add(id);
    // Of that the server may know nothing.
    if (!session.isOpen) this.#sessions.delete(id);
    this.#settle(id);
    // A server that is gone is not asked as fast as we can.
    if (tally.broken > broken) await sleep(1000);
  }

  #settle(id: string): void {
    const ended = this.#ended.get(id);
    if (ended === undefined || !this.#left.has(id)) return;
    this.#sessions.get(id)?.settle(ended);
    this.#sessions.delete(id);
    this.#ended.delete(id);
    this.#left.delete(id);
  }
}

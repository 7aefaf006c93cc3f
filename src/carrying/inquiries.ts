/**
 * Asks all other servers who has a session, while the registry may have lost claims, and since when,
 * if that matters.
 *
 * @module
 */

import type { Bus } from "../cluster/bus.ts";
import type { OwnClaim } from "./own_claims.ts";

/** Milliseconds for which a server does not trust a registry that says that nobody has a session. */
const settleTime = 5000;
/**
 * For how many milliseconds of that time others may not hear questions yet: they come back to the bus one
 * after the other.
 */
const returnTime = 1000;
/** Milliseconds in which others say that they have a session of which the registry does not know. */
const answerTime = 200;
/** Characters of the longest question or answer. */
const maxLength = 1024;
/** How many answers may be on their way to the bus. Whoever gets none goes on without. */
const maxAnswers = 1000;

/** What another server says that has a session. */
interface Told {
  /** The value of its claim. */
  readonly value: string;
  /** For how many ms it has had its session; `undefined` if it does not say that. */
  readonly age: number | undefined;
  /** By this server's `performance.now()`. Clocks of others do not matter. */
  readonly toldAt: number;
}

/** The way to a server and back takes time, so when its session was opened is known only about. */
export interface Since {
  readonly earliest: number;
  readonly latest: number;
}

/** No answer has come in time. */
const unknown: Since = { earliest: -Infinity, latest: Infinity };
/** It has no such session any more. */
const never: Since = { earliest: Infinity, latest: Infinity };

/** All servers that share sessions listen to one channel. */
export class Inquiries {
  readonly #bus: Bus;
  readonly #channel: string;
  readonly #server: string;
  readonly #ownClaim: (hash: string) => OwnClaim | undefined;
  readonly #answerTimeout: number;
  #settledAt = 0;
  /** How often the registry may have lost claims. */
  losses = 0;
  /** Questions of this server that nobody has answered yet, by hash. */
  readonly #open = new Map<string, ((told: Told) => void)[]>();
  #answers = 0;

  /**
   * @param ownClaim Returns a claim of this server.
   * @param answerTimeout Milliseconds in which a server that has a session has to say since when.
   */
  constructor(
    bus: Bus,
    channel: string,
    server: string,
    ownClaim: (hash: string) => OwnClaim | undefined,
    answerTimeout: number,
  ) {
    this.#bus = bus;
    this.#channel = channel;
    this.#server = server;
    this.#ownClaim = ownClaim;
    this.#answerTimeout = answerTimeout;
  }

  /** The registry may have lost claims. */
  unsettle(): void {
    this.losses++;
    this.#settledAt = performance.now() + settleTime;
  }

  /** The value of another server's claim. Answers at once while the registry can be trusted. */
  async ask(hash: string): Promise<string | undefined> {
    for (;;) {
      const left = this.#settledAt - performance.now();
      if (left <= 0) return undefined;
      const value = await this.askAnyway(hash);
      if (value !== undefined || left <= settleTime - returnTime) return value;
    }
  }

  /** The same, even if the registry can be trusted. */
  async askAnyway(hash: string): Promise<string | undefined> {
    return (await this.#ask(hash, answerTime))?.value;
  }

  /** When a session was opened, by what its holder says. */
  async since(hash: string, value: string): Promise<Since> {
    const askedAt = performance.now();
    const told = await this.#ask(hash, this.#answerTimeout);
    if (told === undefined) return unknown;
    if (told.value !== value) return never;
    const { age, toldAt } = told;
    return { earliest: askedAt - (age ?? Infinity), latest: toldAt - (age ?? 0) };
  }

  async #ask(hash: string, time: number): Promise<Told | undefined> {
    let answered: (told: Told) => void = () => {};
    const answer = new Promise<Told>((resolve) => answered = resolve);
    const waiting = this.#open.get(hash) ?? [];
    this.#open.set(hash, waiting);
    waiting.push(answered);
    let timer;
    const end = new Promise<undefined>((resolve) =>
      timer = setTimeout(() => resolve(undefined), time)
    );
    try {
      await this.#bus.publish(this.#channel, JSON.stringify(["who", hash, this.#server]));
      return await Promise.race([answer, end]);
    } finally {
      clearTimeout(timer);
      waiting.splice(waiting.indexOf(answered), 1);
      if (waiting.length === 0) this.#open.delete(hash);
    }
  }

  /** A question, or an answer. Whatever else comes is ignored. */
  received(payload: unknown): void {
    if (typeof payload !== "string" || payload.length > maxLength) return;
    let fields: unknown;
    try {
      fields = JSON.parse(payload);
    } catch {
      return;
    }
    if (!Array.isArray(fields) || typeof fields[1] !== "string") return;
    const [kind, hash, value, age] = fields as [unknown, string, unknown, unknown];
    const own = this.#ownClaim(hash);
    const now = performance.now();
    // This server hears its own answers to others, too.
    if (kind === "here" && typeof value === "string" && value !== own?.holder.value) {
      const told = { value, age: typeof age === "number" ? age : undefined, toldAt: now };
      for (const answered of this.#open.get(hash) ?? []) answered(told);
    }
    if (kind !== "who" || value === this.#server) return;
    if (own === undefined || this.#answers >= maxAnswers) return;
    this.#answers++;
    // Who asks goes on without an answer.
    this.#publish(JSON.stringify(["here", hash, own.holder.value, now - own.since])).catch(() => {})
      .finally(() => {
        this.#answers--;
      });
  }

  async #publish(payload: string): Promise<void> {
    await this.#bus.publish(this.#channel, payload);
  }
}

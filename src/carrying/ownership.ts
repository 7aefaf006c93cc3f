/**
 * Which server has which session: the claims of this one, and what it has learned of others.
 *
 * @module
 */

import { attempt } from "../cluster/attempt.ts";
import type { Bus } from "../cluster/bus.ts";
import { unheld, unheldTimer } from "../event_loop/unheld_timer.ts";
import { keyOf } from "../protocol/map_key.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import { type Holder, holderOf, sessionHash, understoodHolder } from "./claim_value.ts";
import type { SessionName } from "./exchange_messages.ts";
import type { Inquiries } from "./inquiries.ts";

/** Milliseconds after which a claim ends that nobody renews. */
const ttl = 60 * 60 * 1000;
/** Milliseconds between two renewals. */
const renewInterval = 5 * 60 * 1000;
/** How many claims are renewed with one call. */
const renewed = 1000;
/** Milliseconds until a release that has failed is tried again. */
const retryDelay = 1000;
/** How many holders of other servers are remembered. */
const maxKnown = 10_000;
/** How often a claim is tried that a former claim of this server stands in the way of. */
const maxAttempts = 3;

/** A claim of this server. */
interface OwnClaim {
  readonly id: string;
  readonly hash: string;
  readonly holder: Holder;
  /** By `performance.now()`. */
  readonly since: number;
}

/** What ownership needs of its server. */
export interface OwnershipHost {
  /** The digest of this server's options. */
  readonly options: string;
  readonly sessions: SessionStore;
  /** A session of that id is another server's now. It has to end here. */
  lost(session: Session): void;
  busFailed(call: string, error: unknown): void;
}

/** Claims sessions, and finds out who has the others. */
export class Ownership {
  readonly #bus: Bus;
  readonly #server: string;
  readonly #prefix: string;
  /** What the keys of the registry begin with. */
  readonly #start: string;
  readonly #host: OwnershipHost;
  readonly #inquiries: Inquiries;
  /** By `keyOf` the id. */
  readonly #own = new Map<string, OwnClaim>();
  readonly #byHash = new Map<string, OwnClaim>();
  /** By `keyOf` the id, the oldest first. */
  readonly #known = new Map<string, Holder>();
  /** Claims under way, by `keyOf` the id. */
  readonly #pending = new Map<string, Promise<boolean>>();
  /** Claims that have to be released: keys by values. */
  readonly #unreleased = new Map<string, string>();
  /** Grows, so that no claim has the number of another one. */
  #lastNumber = 0;
  #renewTimer: ReturnType<typeof setInterval> | undefined;
  #releaseTimer: ReturnType<typeof setTimeout> | undefined;
  #isReclaiming = false;
  /** Meanwhile, claims may have been lost anew. */
  #areLostAgain = false;
  #isClosed = false;

  constructor(
    bus: Bus,
    name: string,
    server: string,
    prefix: string,
    inquiries: Inquiries,
    host: OwnershipHost,
  ) {
    this.#bus = bus;
    this.#server = server;
    this.#prefix = prefix;
    this.#start = `sj:${name}:s:`;
    this.#inquiries = inquiries;
    this.#host = host;
    this.#renewTimer = unheld(setInterval(() => this.#confirm(false), renewInterval));
  }

  hashOf(id: string): string {
    return sessionHash(this.#prefix, id);
  }

  /** Waits for a claim of that id which is under way. Resolves with whether it has succeeded. */
  pending(id: string): Promise<boolean> | undefined {
    return this.#pending.get(keyOf(id));
  }

  /** The session of this server that another one means. */
  session({ hash, number, age }: SessionName): Session | undefined {
    const claim = this.#byHash.get(hash);
    if (claim?.holder.number !== number || performance.now() - claim.since < age) return undefined;
    return this.#host.sessions.get(claim.id);
  }

  /** What a server that asks for the holder of a session is told. */
  ownValue(hash: string): string | undefined {
    return this.#byHash.get(hash)?.holder.value;
  }

  /** Which other server has a session, as far as this one has learned already. */
  known(id: string): Holder | undefined {
    return this.#known.get(keyOf(id));
  }

  /** Which other server has a session. */
  async find(id: string): Promise<Holder | undefined> {
    const known = this.known(id);
    if (known !== undefined) return known;
    const hash = this.hashOf(id);
    const value = await this.#bus.find(this.#start + hash) ?? await this.#inquiries.ask(hash);
    const holder = value === undefined ? undefined : understoodHolder(value);
    // Of a session that has ended here, or the answer to a claim never came.
    if (holder?.server === this.#server) return undefined;
    if (holder !== undefined) this.#remember(keyOf(id), holder);
    return holder;
  }

  /** Claims a session. Returns who has it afterwards. Only one claim of an id may be under way. */
  claim(id: string, hasKey: boolean): Promise<Holder> {
    const key = ownCopy(keyOf(id));
    const claimed = this.#claim(key, ownCopy(id), hasKey);
    const settled = claimed.then(() => true, () => false);
    this.#pending.set(key, settled.then((isHeld) => this.#pending.delete(key) && isHeld));
    return claimed;
  }

  async #claim(key: string, id: string, hasKey: boolean): Promise<Holder> {
    const [hash, { options }] = [this.hashOf(id), this.#host];
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const own = holderOf(this.#server, ++this.#lastNumber, hasKey, options);
      const holder = await this.#claimValue(hash, own);
      if (holder.server !== this.#server) {
        this.#remember(key, holder);
        return holder;
      }
      if (holder.number === own.number) return await this.#won(key, id, hash, holder);
      // A claim of a session that has ended, whose release is yet to come.
      await this.#bus.release(this.#start + hash, holder.value);
    }
    throw new Error("A former claim of this server stays in the registry");
  }

  async #claimValue(hash: string, own: Holder): Promise<Holder> {
    const key = this.#start + hash;
    let value: string;
    try {
      value = await this.#bus.claim(key, own.value, ttl);
    } catch (error) {
      // It may have succeeded.
      this.#release(key, own.value);
      throw error;
    }
    return understoodHolder(value);
  }

  async #won(key: string, id: string, hash: string, holder: Holder): Promise<Holder> {
    let other: Holder | undefined;
    try {
      // The registry may have lost the claim of a server that has the session.
      const value = await this.#inquiries.ask(hash);
      if (value !== undefined) other = understoodHolder(value);
    } catch (error) {
      this.#release(this.#start + hash, holder.value);
      throw error;
    }
    if (other !== undefined) {
      this.#release(this.#start + hash, holder.value);
      this.#remember(key, other);
      return other;
    }
    this.own(id, holder);
    return holder;
  }

  /** A claim that stands is for a session of this server. */
  own(id: string, holder: Holder): void {
    const claim = { id, hash: this.hashOf(id), holder, since: performance.now() };
    this.#own.set(keyOf(id), claim);
    this.#byHash.set(claim.hash, claim);
  }

  /** Whether that is this server. */
  isOwn({ server }: Holder): boolean {
    return server === this.#server;
  }

  /** The session of an id has ended, or was not opened after all. */
  freed(id: string): void {
    const key = keyOf(id);
    const claim = this.#own.get(key);
    if (claim === undefined) return;
    this.#own.delete(key);
    this.#byHash.delete(claim.hash);
    this.#release(this.#start + claim.hash, claim.holder.value);
  }

  /** A holder does not have the session any more. */
  forget(id: string): void {
    this.#known.delete(keyOf(id));
  }

  /** The server that had a session is gone. */
  releaseOf(id: string, holder: Holder): void {
    this.forget(id);
    this.#release(this.#start + this.hashOf(id), holder.value);
  }

  /** The registry may have lost claims: all are claimed again. */
  reclaim(): void {
    this.#confirm(true);
  }

  /** Ends all timers. Claims that are left are released. */
  close(): void {
    clearInterval(this.#renewTimer);
    for (const { id } of [...this.#own.values()]) this.freed(id);
    this.#isClosed = true;
    clearTimeout(this.#releaseTimer);
  }

  #remember(key: string, holder: Holder): void {
    this.#known.delete(key);
    this.#known.set(ownCopy(key), holder);
    if (this.#known.size <= maxKnown) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }

  #release(key: string, value: string): void {
    if (this.#isClosed) return;
    attempt(() => this.#bus.release(key, value)).catch((error) => {
      if (this.#isClosed) return;
      this.#host.busFailed("release a claim at", error);
      this.#unreleased.set(value, key);
      this.#releaseTimer ??= unheldTimer(() => {
        this.#releaseTimer = undefined;
        const all = [...this.#unreleased];
        this.#unreleased.clear();
        for (const [value, key] of all) this.#release(key, value);
      }, retryDelay);
    });
  }

  /** Renews all claims. What the registry does not have is claimed again. */
  async #confirm(areLost: boolean): Promise<void> {
    if (this.#isReclaiming) {
      this.#areLostAgain ||= areLost;
      return;
    }
    this.#isReclaiming = true;
    try {
      const all = [...this.#own.values()];
      for (let at = 0; at < all.length; at += renewed) {
        const some = all.slice(at, at + renewed);
        const claims = some.map(({ hash, holder }) => [this.#start + hash, holder.value] as const);
        const held = areLost ? [] : await this.#bus.renew(claims, ttl);
        await Promise.all(some.map((claim, at) => held[at] === true || this.#again(claim)));
      }
    } catch (error) {
      this.#host.busFailed("renew claims at", error);
      if (!this.#isClosed) unheldTimer(() => this.#confirm(areLost), retryDelay);
    } finally {
      this.#isReclaiming = false;
    }
    if (!this.#areLostAgain) return;
    this.#areLostAgain = false;
    this.reclaim();
  }

  async #again(claim: OwnClaim): Promise<void> {
    if (this.#byHash.get(claim.hash) !== claim) return;
    const value = await this.#bus.claim(this.#start + claim.hash, claim.holder.value, ttl);
    if (this.#byHash.get(claim.hash) !== claim) {
      // It has ended meanwhile.
      return this.#release(this.#start + claim.hash, claim.holder.value);
    }
    if (value === claim.holder.value) return;
    const session = this.#host.sessions.get(claim.id);
    this.freed(claim.id);
    if (session !== undefined) this.#host.lost(session);
  }
}

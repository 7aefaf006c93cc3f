/**
 * Which server has which session: the claims of this one, and what it has learned of others.
 *
 * @module
 */

import type { Bus } from "../cluster/bus.ts";
import { keyOf } from "../protocol/map_key.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import type { Session } from "../session/session.ts";
import { ClaimReleases } from "./claim_releases.ts";
import { type Holder, holderOf, readHolder, sessionHash, understoodHolder } from "./claim_value.ts";
import type { SessionName } from "./exchange_messages.ts";
import type { Inquiries } from "./inquiries.ts";
import { type ClaimsHost, claimTtl, type OwnClaim, OwnClaims } from "./own_claims.ts";

/** How many holders of other servers are remembered. */
const maxKnown = 10_000;
/** Characters of the longest id that is remembered: clients choose them, and may leave them behind. */
const maxKnownId = 256;
/** How often a claim is tried that something stands in the way of. */
const maxAttempts = 3;
/** How many stale claims are looked for at a time. */
const maxDisowned = 100;
/**
 * Milliseconds that a request may be older than the session that gets it, as servers share no clock.
 * Much less than the default of `disconnectDelay`, after which the id of a session is free.
 */
const maxDoubt = 1000;

/** Claims sessions, and finds out who has the others. */
export class Ownership {
  readonly #bus: Bus;
  readonly #server: string;
  readonly #prefix: string;
  /** What the keys of the registry begin with. */
  readonly #start: string;
  readonly #host: ClaimsHost;
  readonly #inquiries: Inquiries;
  readonly #releases: ClaimReleases;
  readonly #own: OwnClaims;
  readonly #hashes = new WeakMap<Holder, string>();
  /** By `keyOf` the id, the oldest first. */
  readonly #known = new Map<string, Holder>();
  /** By `performance.now()`. */
  readonly #learnedAt = new WeakMap<Holder, number>();
  /** Claims under way, by `keyOf` the id, and by hash. */
  readonly #pending = new Map<string, Promise<boolean>>();
  readonly #pendingHashes = new Map<string, Promise<unknown>>();
  /** Grows, so that no claim has the number of another one. */
  #lastNumber = 0;
  #disowned = 0;

  constructor(
    bus: Bus,
    name: string,
    server: string,
    prefix: string,
    peerTimeout: number,
    inquiries: Inquiries,
    host: ClaimsHost,
  ) {
    this.#bus = bus;
    this.#server = server;
    this.#prefix = prefix;
    this.#start = `sj:${name}:s:`;
    this.#inquiries = inquiries;
    this.#host = host;
    this.#releases = new ClaimReleases(bus, name, (call, error) => host.busFailed(call, error));
    this.#own = new OwnClaims(
      ...[bus, server, this.#start, peerTimeout, inquiries, this.#releases, host] as const,
    );
  }

  hashOf(id: string): string {
    return sessionHash(this.#prefix, id);
  }

  /** What a holder has to know to find its session. */
  nameOf(id: string, holder: Holder, key: string | undefined): SessionName {
    return { hash: this.#hashFor(holder, id), number: holder.number, key };
  }

  /** The hash for a holder, which has no other session: much faster. */
  #hashFor(holder: Holder, id: string): string {
    let hash = this.#hashes.get(holder);
    if (hash === undefined) this.#hashes.set(holder, hash = this.hashOf(id));
    return hash;
  }

  /**
   * What a request has to wait for: a claim of that id, or all claims, if they may be stale. Resolves
   * with whether that has succeeded.
   */
  pending(id: string): Promise<boolean> | undefined {
    return this.isStale ? this.check().then(() => true) : this.#pending.get(keyOf(id));
  }

  /** The session of this server that another one means. */
  session(name: SessionName): Session | undefined {
    return this.#own.session(name);
  }

  /** The claim of this server that stands for a session. */
  ownClaim(hash: string): OwnClaim | undefined {
    return this.#own.claim(hash);
  }

  /** Whether this server has opened a session of that id since a request arrived, and not just then. */
  isTooNew(id: string, arrivedAt: number): boolean {
    return this.#own.since(id) > arrivedAt + maxDoubt;
  }

  /** When this server learned of a holder. Its session may have been opened just before. */
  learnedAt(holder: Holder): number {
    return this.#learnedAt.get(holder) ?? -Infinity;
  }

  /**
   * Whether a holder had its session when a request arrived, or soon after. It is asked only if that
   * is not known. `undefined` if it does not answer in time, or its answer leaves a doubt.
   *
   * @param doubt What "soon" is; 0 if another holder's session may have been the one of that time.
   */
  wasThere(
    id: string,
    holder: Holder,
    arrivedAt: number,
    doubt = maxDoubt,
  ): boolean | Promise<boolean | undefined> {
    if (this.learnedAt(holder) <= arrivedAt + doubt) return true;
    return this.#inquiries.since(this.#hashFor(holder, id), holder.value).then(
      ({ earliest, latest }) => latest <= arrivedAt || (earliest > arrivedAt ? false : undefined),
      (error) => void this.#host.busFailed("find a session at", error),
    );
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
    const hash = this.hashOf(id);
    const claimed = this.#claim(key, ownCopy(id), hash, hasKey);
    const settled = claimed.then(() => true, () => false).then((isHeld) => {
      this.#pending.delete(key);
      this.#pendingHashes.delete(hash);
      return isHeld;
    });
    this.#pending.set(key, settled);
    this.#pendingHashes.set(hash, settled);
    return claimed;
  }

  async #claim(key: string, id: string, hash: string, hasKey: boolean): Promise<Holder> {
    const { options } = this.#host;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { losses } = this.#inquiries;
      // The registry may have lost the claim of a server that has the session. That one must not find
      // it claimed when it claims it again.
      const value = await this.#inquiries.ask(hash);
      const other = value === undefined ? undefined : understoodHolder(value);
      const own = holderOf(this.#server, ++this.#lastNumber, hasKey, options);
      const holder = other ?? await this.#claimValue(hash, own);
      if (holder.server !== this.#server) {
        this.#remember(key, holder);
        return holder;
      }
      if (holder.number === own.number && this.#inquiries.losses === losses) {
        this.own(id, holder, hash);
        return holder;
      }
      // It is of a session that has ended, and its release is yet to come. Or claims were lost when the
      // others had been asked already.
      await this.#releases.release(this.#start + hash, holder);
    }
    throw new Error("A former claim of this server stays in the registry");
  }

  async #claimValue(hash: string, own: Holder): Promise<Holder> {
    const key = this.#start + hash;
    let value: string;
    try {
      value = await this.#bus.claim(key, own.value, claimTtl);
    } catch (error) {
      // It may have succeeded.
      this.#releases.release(key, own);
      throw error;
    }
    return understoodHolder(value);
  }

  /** A claim that stands is for a session of this server. */
  own(id: string, holder: Holder, hash: string = this.hashOf(id)): void {
    this.#own.add(id, hash, holder);
  }

  /** Whether that is this server. */
  isOwn({ server }: Holder): boolean {
    return server === this.#server;
  }

  /** The session of an id has ended, or was not opened after all. */
  freed(id: string): void {
    this.#own.freed(id);
  }

  /** A holder does not have the session any more. */
  forget(id: string): void {
    this.#known.delete(keyOf(id));
  }

  /** The server that had a session is gone. */
  releaseOf(id: string, holder: Holder): void {
    this.forget(id);
    this.#releases.releaseOf(this.#start + this.hashOf(id), holder);
  }

  /**
   * Another server asks for a session that this one does not have. If a claim of this server stands
   * nevertheless, its release was lost, and the id would not be free. Resolves when it is gone; at once
   * if this server looks for many.
   */
  async disown(name: SessionName): Promise<void> {
    if (this.#disowned >= maxDisowned) return;
    this.#disowned++;
    try {
      await this.#disown(name);
    } catch (error) {
      this.#host.busFailed("find a session at", error);
    } finally {
      this.#disowned--;
    }
  }

  async #disown({ hash, number }: SessionName): Promise<void> {
    // A claim under way may be the one that is meant.
    await this.#pendingHashes.get(hash);
    if (this.ownClaim(hash)?.holder.number === number) return;
    const key = this.#start + hash;
    const value = await this.#bus.find(key);
    const holder = value === undefined ? undefined : readHolder(value);
    const isAnother = holder?.server !== this.#server ||
      this.ownClaim(hash)?.holder.value === value;
    if (holder === undefined || isAnother || this.#pendingHashes.has(hash)) return;
    await this.#releases.release(key, holder);
  }

  /** Whether sessions of this server may be others' by now: it has stood still. */
  get isStale(): boolean {
    return this.#own.isStale;
  }

  /** Finds out. Those that are others' end. */
  check(): Promise<void> {
    return this.#own.check();
  }

  /** The registry may have lost claims: those that are gone are claimed again. */
  reclaim(): void {
    this.#own.confirm();
  }

  /** Ends all timers. Claims that are left are released. Resolves after a second at the latest. */
  async close(): Promise<void> {
    this.#own.close();
    await this.#releases.close();
  }

  #remember(key: string, holder: Holder): void {
    this.#known.delete(key);
    if (key.length > maxKnownId) return;
    this.#known.set(ownCopy(key), holder);
    this.#learnedAt.set(holder, performance.now());
    if (this.#known.size <= maxKnown) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }
}

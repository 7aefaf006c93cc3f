/**
 * The claims of this server, which it confirms to the registry as long as their sessions live.
 *
 * @module
 */

import type { Bus } from "../cluster/bus.ts";
import { type Timer, unheld, unheldTimer } from "../event_loop/unheld_timer.ts";
import { keyOf } from "../protocol/map_key.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import type { ClaimReleases } from "./claim_releases.ts";
import type { Holder } from "./claim_value.ts";
import type { SessionName } from "./exchange_messages.ts";
import type { Inquiries } from "./inquiries.ts";

/** Milliseconds after which a claim ends that nobody renews. */
export const claimTtl: number = 60 * 60 * 1000;
/** Milliseconds between two renewals. */
const renewInterval = 5 * 60 * 1000;
/** How many claims are renewed with one call. */
const renewed = 1000;
/** Milliseconds until a renewal that has failed is tried again. */
const retryDelay = 1000;
/** The same after a standstill, and for how many milliseconds: requests wait for it. */
const quickRetryDelay = 50;
const maxCheckTime = 2000;
/** The most milliseconds between two looks whether others have released claims of this server. */
const maxLookInterval = 3000;
/** Milliseconds for which a claim of another server that does not say that it has the session is doubted. */
const doubtTime = 3000;

/** A claim of this server. */
export interface OwnClaim {
  readonly id: string;
  readonly hash: string;
  readonly holder: Holder;
  /** When its session was opened, by `performance.now()`. */
  readonly since: number;
}

/** What claims need of their server. */
export interface ClaimsHost {
  /** The digest of this server's options. */
  readonly options: string;
  readonly sessions: SessionStore;
  /** A session of that id is another server's now. It has to end here. */
  lost(session: Session): void;
  busFailed(call: string, error: unknown): void;
}

/** Confirms them: now and then, and whenever they may be gone. */
export class OwnClaims {
  readonly #bus: Bus;
  readonly #server: string;
  /** What the keys of the registry begin with. */
  readonly #start: string;
  readonly #inquiries: Inquiries;
  readonly #releases: ClaimReleases;
  readonly #host: ClaimsHost;
  /** By `keyOf` the id. */
  readonly #byId = new Map<string, OwnClaim>();
  readonly #byHash = new Map<string, OwnClaim>();
  /** Whether they are yet to be confirmed. */
  #isDue = false;
  #confirming: Promise<boolean> | undefined;
  #retryTimer: Timer | undefined;
  readonly #lookInterval: number;
  readonly #lookTimer: Timer;
  #renewAt = performance.now() + renewInterval;
  #isLooking = false;
  /** By `Date.now()`: other clocks stand still while the computer sleeps. */
  #trustedUntil = 0;
  #checking: Promise<void> | undefined;
  #isClosed = false;

  /** @param peerTimeout Milliseconds of silence after which others take this server for dead. */
  constructor(
    bus: Bus,
    server: string,
    start: string,
    peerTimeout: number,
    inquiries: Inquiries,
    releases: ClaimReleases,
    host: ClaimsHost,
  ) {
    this.#bus = bus;
    this.#server = server;
    this.#start = start;
    this.#inquiries = inquiries;
    this.#releases = releases;
    this.#host = host;
    this.#lookInterval = Math.min(maxLookInterval, peerTimeout / 2);
    this.#lookTimer = unheld(setInterval(() => this.#look(), this.#lookInterval));
    this.#trust();
  }

  /** The session of this server that another one means. */
  session({ hash, number }: SessionName): Session | undefined {
    const claim = this.#byHash.get(hash);
    return claim?.holder.number === number ? this.#host.sessions.get(claim.id) : undefined;
  }

  /** The claim that stands for a session, if this server has it. */
  claim(hash: string): OwnClaim | undefined {
    return this.#byHash.get(hash);
  }

  /** When the session of an id was opened, by `performance.now()`. `-Infinity` if it is not here. */
  since(id: string): number {
    return this.#byId.get(keyOf(id))?.since ?? -Infinity;
  }

  /** A claim that stands is for a session of this server. */
  add(id: string, hash: string, holder: Holder): void {
    const claim = { id, hash, holder, since: performance.now() };
    this.#byId.set(keyOf(id), claim);
    this.#byHash.set(hash, claim);
  }

  /** The session of an id has ended, or was not opened after all. */
  freed(id: string): void {
    const key = keyOf(id);
    const claim = this.#byId.get(key);
    if (claim === undefined) return;
    this.#byId.delete(key);
    this.#byHash.delete(claim.hash);
    this.#releases.release(this.#start + claim.hash, claim.holder);
  }

  /**
   * Whether this process has stood still for so long that others may have taken it for dead, and its
   * claims may be theirs.
   */
  get isStale(): boolean {
    return Date.now() >= this.#trustedUntil;
  }

  /** Confirms the claims after that. Resolves when it is done, or has failed: sessions go on then. */
  check(): Promise<void> {
    return this.#checking ??= this.#check();
  }

  async #check(): Promise<void> {
    const end = performance.now() + maxCheckTime;
    // The bus may have given up this process meanwhile, so that the first call fails.
    while (!await this.confirm() && performance.now() < end && !this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, quickRetryDelay));
    }
    this.#checking = undefined;
    this.#trust();
  }

  /**
   * Renews all claims. What the registry does not have is claimed again. Resolves when it is done, or
   * has failed for now, with which of both.
   */
  confirm(): Promise<boolean> {
    this.#isDue = true;
    return this.#confirming ??= this.#confirmWhileDue();
  }

  /** Ends all timers. Claims that are left are released. */
  close(): void {
    for (const { id } of [...this.#byId.values()]) this.freed(id);
    this.#isClosed = true;
    clearInterval(this.#lookTimer);
    clearTimeout(this.#retryTimer);
  }

  #trust(): void {
    // No longer than `peerTimeout`, so that nobody has released a claim before this server is stale.
    this.#trustedUntil = Date.now() + 2 * this.#lookInterval;
  }

  #look(): void {
    if (this.isStale) return void this.check();
    this.#trust();
    if (performance.now() >= this.#renewAt) {
      this.#renewAt = performance.now() + renewInterval;
      this.confirm();
    }
    if (!this.#isLooking) this.#lookForNotice();
  }

  async #lookForNotice(): Promise<void> {
    this.#isLooking = true;
    try {
      if (await this.#releases.takeNotice(this.#server)) this.confirm();
    } catch (error) {
      this.#host.busFailed("renew claims at", error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #confirmWhileDue(): Promise<boolean> {
    let isDone = true;
    clearTimeout(this.#retryTimer);
    while (this.#isDue && !this.#isClosed) {
      this.#isDue = false;
      try {
        await this.#confirmAll();
      } catch (error) {
        this.#host.busFailed("renew claims at", error);
        if (!this.#isClosed) this.#retryTimer = unheldTimer(() => this.confirm(), retryDelay);
        isDone = false;
        break;
      }
    }
    this.#confirming = undefined;
    return isDone;
  }

  async #confirmAll(): Promise<void> {
    const all = [...this.#byId.values()];
    let failure: PromiseRejectedResult | undefined;
    for (let at = 0; at < all.length; at += renewed) {
      const some = all.slice(at, at + renewed);
      const claims = some.map(({ hash, holder }) => [this.#start + hash, holder.value] as const);
      const held = await this.#bus.renew(claims, claimTtl);
      const lost = some.filter((_, at) => held[at] !== true);
      // One that cannot be claimed keeps no other from being renewed.
      const results = await Promise.allSettled(lost.map((claim) => this.#again(claim)));
      failure ??= results.find((result) => result.status === "rejected");
    }
    if (failure !== undefined) throw failure.reason;
  }

  /** Claims again, or loses the session to the server that has it now. */
  async #again(claim: OwnClaim): Promise<void> {
    const { id, hash, holder } = claim;
    const key = this.#start + hash;
    const end = performance.now() + doubtTime;
    while (this.#byHash.get(hash) === claim) {
      const value = await this.#bus.claim(key, holder.value, claimTtl);
      if (this.#byHash.get(hash) !== claim) {
        // It has ended meanwhile.
        this.#releases.release(key, holder);
        return;
      }
      if (value === holder.value) return;
      // The other may be about to release it: its claim has failed, or it learns of this session.
      const other = await this.#inquiries.askAnyway(hash);
      if (other !== undefined || performance.now() >= end) return this.#lose(id);
    }
  }

  #lose(id: string): void {
    const session = this.#host.sessions.get(id);
    this.freed(id);
    if (session !== undefined) this.#host.lost(session);
  }
}

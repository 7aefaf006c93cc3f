/**
 * Lets any server of a cluster answer any request: the owner of a session, or one that carries it there.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import type { Bus } from "../cluster/bus.ts";
import { errorResponse } from "../http/errors.ts";
import { PlainResponse } from "../http/plain_response.ts";
import type { Grant } from "../options/option_functions.ts";
import { interrupted } from "../protocol/close_codes.ts";
import { authorized, forbidden } from "../routing/authorization.ts";
import type { Call } from "../routing/call.ts";
import type { Carrier, Stray, StrayReceive, StraySend } from "../routing/carrier.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { Session } from "../session/session.ts";
import { type Answer, full } from "./answer.ts";
import { CarriedBody } from "./carried_body.ts";
import { CarriedExchanges } from "./carried_exchanges.ts";
import type { CarryingHost, CarryingSettings } from "./carrying_host.ts";
import { ClaimError, type Holder } from "./claim_value.ts";
import { toCarrier } from "./exchange_messages.ts";
import { Inquiries } from "./inquiries.ts";
import { interruptionResponse } from "./interruption_response.ts";
import { differentOptions, optionsDigest } from "./options_digest.ts";
import { Owner } from "./owner.ts";
import { Ownership } from "./ownership.ts";
import { AllPeers } from "./all_peers.ts";
import type { Peer } from "./peer.ts";

/** The bus does not say who has a session. */
const unknown: unique symbol = Symbol("unknown");
const notFound = "The session cannot be found";
/** How often a request looks for its session before it is refused. */
const maxLooks = 3;

/** The part of a server that shares its sessions. */
export class Carrying implements Carrier {
  readonly #host: CarryingHost;
  readonly #exchanges: CarriedExchanges;
  /** How often a request has found that its session changes hands. */
  readonly #looks = new WeakMap<Call, number>();
  readonly #ownership: Ownership;
  readonly #peers: AllPeers;
  /** Of options that all servers have to have in common. */
  readonly #digest: string;

  constructor(
    bus: Bus,
    name: string,
    prefix: string,
    settings: CarryingSettings,
    host: CarryingHost,
  ) {
    const { service } = this.#host = host;
    const { answerTimeout, maxCarried } = settings;
    this.#exchanges = new CarriedExchanges(answerTimeout, maxCarried);
    const server = randomBytes(16).toString("hex");
    this.#digest = optionsDigest(service.settings, settings);
    const ownClaim = (hash: string) => this.#ownership.ownClaim(hash);
    const inquiries = new Inquiries(bus, `sj:${name}:o`, server, ownClaim, answerTimeout);
    this.#ownership = new Ownership(bus, name, server, prefix, settings.peerTimeout, inquiries, {
      options: this.#digest,
      sessions: service.sessions,
      lost: (session) => session.close(interrupted),
      busFailed: (call, error) => host.busFailed(call, error),
    });
    const owner = new Owner(service, this.#ownership, maxCarried);
    const { maxMessageSize, maxBufferedBytes } = service.settings;
    this.#peers = new AllPeers(bus, name, server, {
      peerTimeout: settings.peerTimeout,
      // Escaped, a frame may be six times as long as its messages.
      maxMessage: 6 * Math.max(maxMessageSize, maxBufferedBytes) + 64 * 1024,
    }, {
      begun: (peer, head, body) => owner.begun(peer, head, body),
      inquiry: (payload) => inquiries.received(payload),
      // Others may have taken this server for gone, and released its claims.
      rejoined: () => this.#ownership.reclaim(),
      warnOnce: (message) => host.warnOnce(message),
      busFailed: (call, error) => host.busFailed(call, error),
      failed: (error) => host.failed(error),
    });
    service.sessions.freed = (session: Session) => this.#ownership.freed(session.id);
    bus.watch({
      back: ({ lostClaims }) => {
        if (!lostClaims) return;
        inquiries.unsettle();
        this.#ownership.reclaim();
      },
    });
  }

  get isStale(): boolean {
    return this.#ownership.isStale;
  }

  async receive(stray: StrayReceive): Promise<HandlerResult> {
    const { call } = stray;
    const { sessions, authorization } = call.service;
    const pending = this.#ownership.pending(call.sessionId);
    // If it fails, each of many would claim it, one after the other, and wait for all before.
    if (pending !== undefined) return await pending ? stray.again() : this.#refuse(stray, notFound);
    let holder: Holder | undefined;
    // Otherwise the claim alone says who has it.
    if (authorization !== undefined || sessions.refusal !== undefined) {
      const found = await this.#tryToFind(stray);
      if (found === unknown) return this.#refuse(stray, notFound);
      holder = found;
    }
    const { refusal } = sessions;
    if (holder === undefined && refusal !== undefined) return stray.refuse(refusal);
    return authorized(
      call,
      sessionOf(holder),
      stray.headers,
      (grant) =>
        holder === undefined ? this.#claim(stray, grant) : this.#carryReceive(stray, holder, grant),
    );
  }

  async send(stray: StraySend): Promise<HandlerResult> {
    const { call } = stray;
    const arrivedAt = performance.now();
    await this.#ownership.pending(call.sessionId);
    if (this.#ownership.isTooNew(call.sessionId, arrivedAt)) return stray.noSession();
    if (call.service.sessions.get(call.sessionId) !== undefined) return stray.again();
    const holder = await this.#tryToFind(stray);
    if (holder === unknown) return this.#refuse(stray, notFound);
    if (holder === undefined) return stray.noSession();
    return authorized(call, sessionOf(holder), stray.headers, async (grant) => {
      if (this.#exchanges.isFull) return this.#refused(stray, full);
      const body = new CarriedBody(call.service.sessions);
      try {
        const payload = await stray.read(body);
        if (typeof payload !== "string") return payload;
        return await this.#carrySend(stray, holder, grant, payload, body, arrivedAt);
      } finally {
        body.end();
      }
    });
  }

  /** Ends what is carried; sessions of others go on. Resolves when all is over, or after `timeout` ms. */
  close(timeout: number): Promise<void> {
    return this.#exchanges.close(timeout);
  }

  /** Leaves the bus. */
  async leave(): Promise<void> {
    await Promise.all([this.#ownership.close(), this.#peers.close()]);
  }

  async #tryToFind({ call }: Stray): Promise<Holder | undefined | typeof unknown> {
    try {
      await this.#peers.joined();
      return await this.#ownership.find(call.sessionId);
    } catch (error) {
      return this.#unknown("find a session at", error);
    }
  }

  async #tryToClaim(id: string, grant: Grant): Promise<Holder | typeof unknown> {
    try {
      return await this.#ownership.claim(id, grant.key !== undefined);
    } catch (error) {
      return this.#unknown("claim a session at", error);
    }
  }

  #unknown(call: string, error: unknown): typeof unknown {
    if (error instanceof ClaimError) this.#host.warnOnce(error.message);
    else this.#host.busFailed(call, error);
    return unknown;
  }

  async #claim(stray: StrayReceive, grant: Grant): Promise<HandlerResult> {
    const { call } = stray;
    const { sessionId: id, service: { sessions } } = call;
    // Otherwise at once, so that a request right behind this one finds the claim.
    try {
      if (!this.#peers.hasJoined) await this.#peers.joined();
    } catch {
      // It is told where it is tried again.
      return this.#refuse(stray, notFound);
    }
    // `authorize`, or another request, may have taken its time.
    if (sessions.get(id) !== undefined || this.#ownership.pending(id) !== undefined) {
      return stray.again();
    }
    const known = this.#ownership.known(id);
    const holder = known ?? await this.#tryToClaim(id, grant);
    if (holder === unknown) return this.#refuse(stray, notFound);
    if (!this.#ownership.isOwn(holder)) return await this.#carryReceive(stray, holder, grant);
    const { refusal } = sessions;
    try {
      // Not awaited: by its end, the id may be another session's.
      return refusal === undefined ? stray.open(grant) : stray.refuse(refusal);
    } finally {
      if (sessions.get(id) === undefined) this.#ownership.freed(id);
    }
  }

  async #carryReceive(stray: StrayReceive, holder: Holder, grant: Grant): Promise<HandlerResult> {
    const { call } = stray;
    const peer = this.#peerOf(holder);
    const name = this.#ownership.nameOf(call.sessionId, holder, grant.key);
    const answer = await this.#exchanges.receive(peer, stray, name, (isInterrupted) => {
      // As at home, the id is free when the client has been told.
      if (isInterrupted && this.#isGone(peer)) this.#ownership.releaseOf(call.sessionId, holder);
    });
    if ("value" in answer) return await answer.value;
    const { refusal } = answer;
    const isOver = refusal === toCarrier.none ||
      typeof await this.#successor(stray, holder, refusal) === "object";
    if (isOver) return this.#lookAgain(stray);
    if (this.#isGone(peer) && refusal !== toCarrier.full) {
      // Its process has ended, or is cut off. As at home, the client is told once; then the id is free.
      this.#ownership.releaseOf(call.sessionId, holder);
      return interruptionResponse(stray);
    }
    return this.#refused(stray, answer);
  }

  async #carrySend(
    stray: StraySend,
    holder: Holder,
    grant: Grant,
    payload: string,
    body: CarriedBody,
    arrivedAt: number,
  ): Promise<HandlerResult> {
    const { call } = stray;
    const wasThere = this.#ownership.wasThere(call.sessionId, holder, arrivedAt);
    if (wasThere !== true && !await wasThere) return this.#refuse(stray, notFound);
    const peer = this.#peerOf(holder);
    const name = this.#ownership.nameOf(call.sessionId, holder, grant.key);
    const answer = await this.#exchanges.send(peer, call.runtime, name, payload, body);
    if ("value" in answer || answer.refusal === "gone") return stray.accept();
    const next = await this.#successor(stray, holder, answer.refusal);
    // Otherwise the former holder's session was the one of that time.
    if (typeof next === "object" && this.#ownership.learnedAt(holder) <= arrivedAt) {
      const wasNext = await this.#ownership.wasThere(call.sessionId, next, arrivedAt, 0);
      if (wasNext) return await this.#carrySend(stray, next, grant, payload, body, arrivedAt);
      return wasNext === undefined ? this.#refuse(stray, notFound) : stray.noSession();
    }
    if (answer.refusal === toCarrier.none) {
      return next === unknown ? this.#refuse(stray, notFound) : stray.noSession();
    }
    if (this.#isGone(peer)) this.#ownership.releaseOf(call.sessionId, holder);
    return this.#refused(stray, answer);
  }

  /** Who has a session of that id by now, if it is another holder than the one that was remembered. */
  async #successor(stray: Stray, { value }: Holder, refusal: string) {
    if (refusal === toCarrier.full || refusal === toCarrier.forbidden) return undefined;
    this.#ownership.forget(stray.call.sessionId);
    const found = await this.#tryToFind(stray);
    return found === unknown || found?.value !== value ? found : undefined;
  }

  #peerOf({ server, options }: Holder): Peer {
    if (options !== "" && options !== this.#digest) this.#host.warnOnce(differentOptions);
    return this.#peers.get(server);
  }

  #isGone({ link }: Peer): boolean {
    return link.isSilent && this.#peers.hearsItself;
  }

  /** The owner does not have the session any more. */
  #lookAgain(stray: StrayReceive): HandlerResult | Promise<HandlerResult> {
    this.#ownership.forget(stray.call.sessionId);
    const looks = (this.#looks.get(stray.call) ?? 0) + 1;
    this.#looks.set(stray.call, looks);
    return looks < maxLooks ? stray.again() : this.#refuse(stray, "The session changes hands");
  }

  #refused(stray: Stray, answer: Answer<unknown>): HandlerResult {
    const { refusal } = answer as { refusal: string };
    if (refusal === toCarrier.forbidden) {
      stray.call.log?.refused("key");
      return forbidden(stray.headers(stray.call));
    }
    return this.#refuse(
      stray,
      refusal === toCarrier.full ? "Too many requests are carried" : "The session does not answer",
    );
  }

  #refuse(stray: Stray, reason: string): PlainResponse {
    stray.call.log?.refused("carried", () => reason);
    return errorResponse(503, reason, stray.headers(stray.call));
  }
}

/** What decides whether `authorize` is asked: the key itself is with the owner, which compares. */
function sessionOf(holder: Holder | undefined): { key: undefined } | undefined {
  return holder === undefined || holder.hasKey ? undefined : { key: undefined };
}

/**
 * A link between two servers: messages arrive once and in order, over a bus that promises neither.
 * Their pieces are numbered and acknowledged, and are sent again from the oldest that was not. If that
 * does not help, the link breaks at both ends, and begins anew.
 *
 * @module
 */

import { IncomingPieces } from "./incoming_pieces.ts";
import { LinkGenerations } from "./link_generations.ts";
import { type LinkLoad, type LinkOwner, type LinkSettings, publishFor } from "./link_owner.ts";
import { LinkTimer } from "./link_timer.ts";
import { OwedAck } from "./owed_ack.ts";
import { OutgoingPieces } from "./outgoing_pieces.ts";
import { encodePacket, type Packet, type Piece } from "./packets.ts";
import { SignsOfLife } from "./signs_of_life.ts";

/** The least milliseconds between two requests, or answers, that a broken order causes. */
const repairInterval = 100;
/** How many times `peerTimeout` a link may lack progress, or tell its peer of a break. */
const maxTimeouts = 3;

/** One end of a link. */
export class ServerLink {
  readonly #own: string;
  readonly #settings: LinkSettings;
  readonly #owner: LinkOwner;
  readonly #signs: SignsOfLife;
  readonly #generations = new LinkGenerations();
  /** Whether this generation has carried anything, in either direction. */
  #isUsed = false;
  /** Messages for the peer. */
  readonly outgoing: OutgoingPieces;
  readonly #incoming: IncomingPieces;
  readonly #owed = new OwedAck();
  #expected = 0;
  #isSilent = false;
  #isClosed = false;
  /** By `performance.now()`, like all times. */
  #brokenAt = -Infinity;
  #rewoundAt = -Infinity;
  #repairedAt = -Infinity;
  #mustSend = false;
  #wantsAnswer = false;
  #isFlushDue = false;
  readonly #timer = new LinkTimer((now, stoodStill) => this.#timedOut(now, stoodStill));

  /** @param own The incarnation of this server. */
  constructor(own: string, settings: LinkSettings, owner: LinkOwner) {
    this.#own = own;
    this.#settings = settings;
    this.#owner = owner;
    this.#signs = new SignsOfLife(settings.peerTimeout);
    this.outgoing = new OutgoingPieces(settings.maxPayload);
    this.#incoming = new IncomingPieces(settings.maxMessage);
  }

  /** The peer was asked for a sign of life and gave none in time. It counts as gone until heard. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** The peer has everything, and knows that this end has what it has sent. */
  get isSettled(): boolean {
    return this.outgoing.isEmpty && this.#owed.dueAt === Infinity && !this.#isFlushDue;
  }

  /** What the peer makes this end keep, and when it was heard. */
  get load(): LinkLoad {
    const { heardAt } = this.#signs;
    return { unacknowledged: this.outgoing.count, parts: this.#incoming.length, heardAt };
  }

  /** Nothing has been under way or expected for a while. A peer may only send again what it sent before. */
  get isIdle(): boolean {
    return this.isSettled && !this.#isWaiting && this.#signs.isLost;
  }

  /**
   * Sends a message of well-formed text, with others if they fit. Returns its number in `outgoing`.
   *
   * @param delay Milliseconds that it may wait for a packet that is sent anyway.
   */
  send(message: string, delay = 0): number {
    if (this.#isClosed) return 0;
    this.#beginWaiting();
    this.#isUsed = true;
    if (delay === 0) this.#flushSoon();
    else {
      this.#owed.waitUntil(performance.now() + delay);
      this.#setTimer();
    }
    return this.outgoing.add(message, delay > 0);
  }

  /** Something is expected of the peer. The link breaks if it gives no sign of life. */
  expect(): void {
    this.#beginWaiting();
    this.#expected++;
    this.#setTimer();
  }

  /** What was expected is not any more. To be called as often as `expect`. */
  unexpect(): void {
    this.#expected--;
  }

  /** Ends the link, without a word to the peer. */
  close(): void {
    this.#isClosed = true;
    this.#timer.clear();
    this.outgoing.clear();
    this.#incoming.clear();
  }

  /** A packet of the peer has arrived. */
  received(packet: Packet): void {
    if (this.#isClosed) return;
    const { generation, pieces, wantsAnswer } = packet;
    const generations = this.#generations;
    const isFresh = this.#incoming.last === 0 && this.outgoing.oldest === 1;
    const verdict = generations.judge(packet, isFresh);
    const isOutdated = verdict === "outdated" || verdict === "crossed";
    if (verdict === "crossed") generations.met(generation);
    // The answer asks for none, or there would be no end of them.
    if (isOutdated && (wantsAnswer || pieces.length > 0)) this.#repair(false);
    if (verdict === "past" && wantsAnswer) this.#repair(false);
    // Neither says anything about the peer now.
    if (verdict === "past" && generations.isForged(packet, this.#signs.isLost)) this.break();
    if (isOutdated || verdict === "past") return;
    this.#signs.heard(performance.now());
    this.#isSilent = false;
    if (verdict === "broken") this.break(generation);
    else generations.met(generation);
    if (generations.isNamedBy(packet)) this.#acknowledged(packet, this.#signs.heardAt);
    if (wantsAnswer) this.#sendSoon();
    if (generations.mayTake(packet)) this.#take(packet.first, pieces);
    else if (pieces.length > 0) this.#repair(true);
    this.#setTimer();
  }

  get #isWaiting(): boolean {
    return this.#expected > 0 || !this.outgoing.isEmpty || this.#incoming.hasParts;
  }

  /** After a break, the peer is asked for a while even if it is not needed: it has to learn of it. */
  get #isAsking(): boolean {
    return this.#isWaiting ||
      (!this.#generations.isPeerKnown &&
        this.#signs.askAt <= this.#brokenAt + maxTimeouts * this.#settings.peerTimeout);
  }

  /** The peer has had no reason to give a sign of life until now. */
  #beginWaiting(): void {
    if (!this.#isWaiting) this.#signs.begin(performance.now());
  }

  #acknowledged({ ack, wantsAnswer }: Packet, now: number): void {
    const outgoing = this.outgoing;
    outgoing.acknowledge(ack, now);
    // The peer asks with the number of what it has. What it lacks may be lost.
    if (wantsAnswer && outgoing.isUnderWay && now - this.#rewoundAt >= repairInterval) {
      this.#rewoundAt = now;
      outgoing.rewind(now);
    }
    if (outgoing.isDue) this.#flushSoon();
  }

  /** Takes the pieces that are next in order, and asks for those that are missing. */
  #take(first: number, pieces: readonly Piece[]): void {
    if (this.#isClosed) return;
    const incoming = this.#incoming;
    // Without pieces, the number tells whether the last ones are missing.
    if (first > incoming.last + 1) return this.#repair(true);
    if (pieces.length === 0) return;
    const generation = this.#generations.own;
    // If some come again, the acknowledgement was lost.
    const isRepeated = first <= incoming.last;
    for (let i = incoming.last + 1 - first; i < pieces.length; i++) {
      const piece = pieces[i]!;
      if (incoming.isTooMuch(piece)) return this.break();
      this.#isUsed = true;
      this.#owed.add(piece.text.length);
      const message = incoming.take(piece);
      if (message !== undefined) this.#owner.message(message);
      if (this.#isClosed || generation !== this.#generations.own) return;
    }
    if (isRepeated || this.#owed.isMuch) this.#sendSoon();
    else this.#owed.wait(this.#signs.heardAt);
  }

  /**
   * Begins a new generation.
   *
   * @param peer The peer's new generation; 0 if it has yet to learn of the break.
   */
  break(peer = 0): void {
    const wasUsed = this.#isUsed || this.#expected > 0;
    this.#generations.renew();
    if (peer > 0) this.#generations.met(peer);
    this.#isUsed = false;
    this.outgoing.clear();
    this.#incoming.clear();
    this.#owed.clear();
    this.#signs.begin(this.#brokenAt = performance.now());
    if (peer === 0) this.ask();
    if (wasUsed) this.#owner.broken();
  }

  /** Asks the peer for what is missing, or tells it of a break; not too often. */
  #repair(wantsAnswer: boolean): void {
    const now = performance.now();
    if (now - this.#repairedAt < repairInterval) return;
    this.#repairedAt = now;
    if (wantsAnswer) this.ask();
    else this.#sendSoon();
  }

  /** Asks the peer for a packet, which brings what waits there. */
  ask(): void {
    this.#wantsAnswer = true;
    this.#sendSoon();
  }

  /** Sends a packet, even without pieces. */
  #sendSoon(): void {
    this.#mustSend = true;
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    queueMicrotask(this.#flush);
  }

  readonly #flush = () => {
    this.#isFlushDue = false;
    const outgoing = this.outgoing;
    for (;;) {
      if (this.#isClosed) return;
      const first = outgoing.next;
      const pieces = outgoing.take();
      if (pieces.length === 0) break;
      this.#publish(first, pieces);
    }
    if (this.#mustSend) this.#publish(outgoing.last + 1, []);
    this.#setTimer();
  };

  #publish(first: number, pieces: readonly Piece[]): void {
    const generations = this.#generations;
    const payload = encodePacket({
      from: this.#own,
      generation: generations.own,
      peerGeneration: generations.named,
      first,
      ack: generations.ack(this.#incoming.last),
      wantsAnswer: this.#wantsAnswer,
      pieces,
    });
    if (this.#wantsAnswer) this.#signs.asked(performance.now());
    this.#mustSend = this.#wantsAnswer = false;
    this.#owed.clear();
    publishFor(this.#owner, payload);
  }

  /** Sets the timer for whatever comes next. */
  #setTimer(): void {
    if (this.#isClosed) return;
    let at = Math.min(this.#owed.dueAt, this.outgoing.resendAt);
    if (this.#isAsking) at = Math.min(at, this.#signs.askAt);
    if (this.#isWaiting) at = Math.min(at, this.#signs.goneAt);
    this.#timer.set(at);
  }

  #timedOut(now: number, stoodStill: boolean): void {
    const outgoing = this.outgoing;
    const isGone = this.#isWaiting && now >= this.#signs.goneAt;
    // A peer that was never heard may have taken what is under way, and forgotten it meanwhile.
    const mayRepeat = isGone && outgoing.isUnderWay && !this.#generations.isPeerKnown;
    if (stoodStill && !mayRepeat) {
      // What the peer has sent meanwhile has yet to be read.
      this.#signs.begin(now);
      outgoing.progressed(now);
    } else if (isGone || now >= outgoing.progressAt + maxTimeouts * this.#settings.peerTimeout) {
      this.#isSilent ||= isGone && !stoodStill;
      this.break();
    } else {
      const { dueAt } = this.#owed;
      if (now >= outgoing.resendAt) this.#publish(outgoing.oldest, outgoing.takeOldest(now));
      // That packet has taken nothing of what waits.
      this.#owed.waitUntil(dueAt);
      // Behind the pieces: what is too large for the bus must not take the question with it.
      if (this.#isAsking && now >= this.#signs.askAt) this.ask();
      if (now >= this.#owed.dueAt) this.#sendSoon();
    }
    this.#setTimer();
  }
}

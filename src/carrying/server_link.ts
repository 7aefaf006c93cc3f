/**
 * A link between two servers: messages arrive once and in order, over a bus that may lose, repeat,
 * delay and reorder what is published.
 *
 * Each end counts generations of its own. A link that breaks at one end breaks at the other as well:
 * each packet names both generations, and an end that learns of a newer one, or that its own has been
 * broken, gives up its own. Within a generation, pieces are numbered and acknowledged, and are sent
 * again from the oldest that was not.
 *
 * @module
 */

import { type Timer, unheldTimer } from "../cluster/gaps.ts";
import { OutgoingPieces } from "./outgoing_pieces.ts";
import { encodePacket, type Packet, type Piece, resetAck } from "./packets.ts";

/** Limits of a link. */
export interface LinkSettings {
  /** Milliseconds without an expected sign of life after which the link breaks. */
  readonly peerTimeout: number;
  /** Bytes of the largest payload, as UTF-8; at least 1,024. */
  readonly maxPayload: number;
  /** Characters of the longest message. A longer one breaks the link. */
  readonly maxMessage: number;
}

/** What a link needs. */
export interface LinkOwner {
  /**
   * Sends a payload to the peer's channel. May reject or throw. The link knows by itself what has not
   * arrived, so the result is ignored.
   */
  publish(payload: string): Promise<number | undefined>;
  /** A message of the peer, in order and once. */
  message(text: string): void;
  /** All that was under way in either direction is lost. What is sent from now on is not. */
  broken(): void;
}

/** Milliseconds after which an acknowledgement is sent alone. */
const ackDelay = 50;
/** Characters after which an acknowledgement is sent at once. */
const ackedAtOnce = 64 * 1024;
/** Milliseconds without progress until pieces are sent again, at first and at most. */
const resendDelay = 300;
const maxResendDelay = 2000;
/** The least milliseconds between two requests, or answers, that a broken order causes. */
const repairInterval = 100;
/** Milliseconds between two requests for a sign of life. */
const askInterval = 2000;
/** How many times `peerTimeout` a link may stay without progress while its peer is alive. */
const maxStuck = 3;
/** Milliseconds. A timer that is late by more shows that this process stood still. */
const standstill = 1000;

/** The last generation of any link in this process: none is ever used twice. */
let lastGeneration = 0;

/** One end of a link. */
export class ServerLink {
  readonly #own: string;
  readonly #settings: LinkSettings;
  readonly #owner: LinkOwner;
  readonly #askInterval: number;
  /** The own generation. */
  #generation = ++lastGeneration;
  /** The peer's generation; 0 until it is known. */
  #peer = 0;
  /** The peer's last generation before the last break here. Only newer ones count. */
  #lastPeer = 0;
  /** Whether this generation has carried anything, in either direction. */
  #isUsed = false;
  readonly #outgoing: OutgoingPieces;
  /** The number of the last piece that has arrived. */
  #arrived = 0;
  /** The parts of a message that has not arrived as a whole, and their characters. */
  #parts: string[] = [];
  #partsLength = 0;
  #expected = 0;
  #isSilent = false;
  #isClosed = false;

  /** Times, by `performance.now()`. This one may also be when the peer was not needed before. */
  #heardAt = 0;
  #receivedAt = -Infinity;
  #askedAt = -Infinity;
  #rewoundAt = -Infinity;
  #repairedAt = -Infinity;
  /** When the peer has acknowledged something, and when pieces were sent again. */
  #progressAt = 0;
  #resentAt = 0;
  #resendDelay = resendDelay;
  /** When an acknowledgement is due. */
  #ackAt = Infinity;
  /** Characters that have arrived since the last acknowledgement. */
  #unacknowledged = 0;
  /** Whether pieces have been sent again, so that the peer may lack those behind them. */
  #isRepairing = false;

  /** Whether a packet has to go out, even without pieces. */
  #mustSend = false;
  #wantsAnswer = false;
  #isFlushDue = false;
  #timer: Timer | undefined;
  #timerAt = 0;

  /** @param own The incarnation of this server. */
  constructor(own: string, settings: LinkSettings, owner: LinkOwner) {
    this.#own = own;
    this.#settings = settings;
    this.#owner = owner;
    this.#askInterval = Math.min(askInterval, settings.peerTimeout / 3);
    this.#outgoing = new OutgoingPieces(settings.maxPayload);
  }

  /** The peer was asked for a sign of life and gave none in time. It counts as gone until heard. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /**
   * Nothing is under way or expected, and nothing has arrived for `peerTimeout`, so the peer has all
   * acknowledgements. A link that is made anew for the same peer breaks at the peer's end.
   */
  get isIdle(): boolean {
    return !this.#isWaiting && this.#ackAt === Infinity && !this.#isFlushDue &&
      performance.now() - this.#receivedAt >= this.#settings.peerTimeout;
  }

  /** Sends a message of well-formed text. What is sent at once goes in one packet, if it fits. */
  send(message: string): void {
    if (this.#isClosed) return;
    this.#beginWaiting();
    this.#isUsed = true;
    this.#outgoing.add(message);
    this.#flushSoon();
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
    clearTimeout(this.#timer);
    this.#outgoing.clear();
    this.#parts = [];
  }

  /** A packet of the peer has arrived. */
  received(packet: Packet): void {
    const { generation, peerGeneration, pieces, wantsAnswer } = packet;
    // A packet of the past says nothing about the peer now.
    if (this.#isClosed || peerGeneration > this.#generation || generation < this.#peer) return;
    const isReset = packet.ack === resetAck;
    const isCurrent = peerGeneration === this.#generation;
    const isOutdated = !isReset && peerGeneration !== 0 && !isCurrent;
    if (isOutdated || generation <= this.#lastPeer) {
      // The peer has to learn of the break. An answer asks for none, or there would be no end of them.
      if (wantsAnswer || pieces.length > 0) this.#repair(false);
      return;
    }
    this.#receivedAt = this.#heardAt = performance.now();
    this.#isSilent = false;
    if (generation > this.#peer && (this.#peer > 0 || (isReset && isCurrent))) {
      this.#break(generation);
    } else {
      this.#peer = generation;
      if (isCurrent) this.#acknowledged(packet.ack, wantsAnswer);
    }
    if (wantsAnswer) this.#sendSoon();
    this.#take(packet.first, pieces);
    if (!this.#isClosed) this.#setTimer();
  }

  get #isWaiting(): boolean {
    return this.#expected > 0 || !this.#outgoing.isEmpty || this.#parts.length > 0;
  }

  /** The peer has had no reason to give a sign of life until now. */
  #beginWaiting(): void {
    if (!this.#isWaiting) this.#heardAt = performance.now();
  }

  #acknowledged(number: number, wantsAnswer: boolean): void {
    const now = this.#heardAt;
    const outgoing = this.#outgoing;
    const isProgress = outgoing.acknowledge(number);
    if (isProgress) this.#progressed(now);
    // The peer asks with the number of what it has. What it lacks may be lost.
    const isLacking = wantsAnswer && now - this.#rewoundAt >= repairInterval;
    if (outgoing.isUnderWay && (isLacking || (isProgress && this.#isRepairing))) {
      this.#rewoundAt = this.#resentAt = now;
      outgoing.rewind();
    }
    if (isProgress) this.#isRepairing = false;
    if (!outgoing.isEmpty) this.#flushSoon();
  }

  #progressed(now: number): void {
    this.#progressAt = this.#resentAt = now;
    this.#resendDelay = resendDelay;
  }

  /** Takes the pieces that are next in order, and asks for those that are missing. */
  #take(first: number, pieces: readonly Piece[]): void {
    if (this.#isClosed) return;
    // Without pieces, the number tells whether the last ones are missing.
    if (first > this.#arrived + 1) return this.#repair(true);
    if (pieces.length === 0) return;
    const generation = this.#generation;
    // If some come again, the acknowledgement was lost.
    const isRepeated = first <= this.#arrived;
    for (let i = this.#arrived + 1 - first; i < pieces.length; i++) {
      this.#isUsed = true;
      this.#arrived++;
      this.#takePiece(pieces[i]!);
      if (this.#isClosed || generation !== this.#generation) return;
    }
    if (isRepeated || this.#unacknowledged >= ackedAtOnce) this.#sendSoon();
    else this.#ackAt = Math.min(this.#ackAt, this.#heardAt + ackDelay);
  }

  #takePiece({ text, isPart }: Piece): void {
    this.#unacknowledged += text.length;
    if (this.#partsLength + text.length > this.#settings.maxMessage) return this.#break(0);
    if (isPart) {
      this.#beginWaiting();
      this.#parts.push(text);
      this.#partsLength += text.length;
      return;
    }
    let message = text;
    if (this.#parts.length > 0) {
      this.#parts.push(text);
      message = this.#parts.join("");
      this.#parts = [];
      this.#partsLength = 0;
    }
    this.#owner.message(message);
  }

  /**
   * Begins a new generation.
   *
   * @param peer The peer's new generation; 0 if it has yet to learn of the break.
   */
  #break(peer: number): void {
    const wasUsed = this.#isUsed || this.#expected > 0;
    this.#generation = ++lastGeneration;
    this.#lastPeer = Math.max(this.#lastPeer, this.#peer);
    this.#peer = peer;
    this.#isUsed = this.#isRepairing = false;
    this.#outgoing.clear();
    this.#arrived = this.#partsLength = this.#unacknowledged = 0;
    this.#parts = [];
    this.#ackAt = Infinity;
    this.#heardAt = performance.now();
    if (peer === 0) this.#ask();
    if (wasUsed) this.#owner.broken();
  }

  /** Asks the peer for what is missing, or tells it of a break; not too often. */
  #repair(wantsAnswer: boolean): void {
    const now = performance.now();
    if (now - this.#repairedAt < repairInterval) return;
    this.#repairedAt = now;
    if (wantsAnswer) this.#ask();
    else this.#sendSoon();
  }

  #ask(): void {
    this.#wantsAnswer = true;
    this.#sendSoon();
  }

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
    const outgoing = this.#outgoing;
    for (;;) {
      if (this.#isClosed) return;
      const { next, isUnderWay } = outgoing;
      const pieces = outgoing.take();
      if (pieces.length === 0) break;
      if (!isUnderWay) this.#progressed(performance.now());
      this.#publish(next, pieces);
    }
    if (this.#mustSend) this.#publish(outgoing.last + 1, []);
    if (!this.#isClosed) this.#setTimer();
  };

  #publish(first: number, pieces: readonly Piece[]): void {
    const isPeerKnown = this.#peer > 0;
    const payload = encodePacket({
      from: this.#own,
      generation: this.#generation,
      peerGeneration: isPeerKnown ? this.#peer : this.#lastPeer,
      first,
      ack: isPeerKnown ? this.#arrived : this.#lastPeer > 0 ? resetAck : 0,
      wantsAnswer: this.#wantsAnswer,
      pieces,
    });
    if (this.#wantsAnswer) this.#askedAt = performance.now();
    this.#mustSend = this.#wantsAnswer = false;
    this.#ackAt = Infinity;
    this.#unacknowledged = 0;
    try {
      this.#owner.publish(payload).then(undefined, ignore);
    } catch {
      // It is sent again like anything that does not arrive.
    }
  }

  /** Sets the timer for what comes next. One that comes too early does no harm, and stays. */
  #setTimer(): void {
    let at = this.#ackAt;
    if (this.#isWaiting) {
      const askAt = Math.max(this.#heardAt, this.#askedAt) + this.#askInterval;
      at = Math.min(at, askAt, this.#heardAt + this.#settings.peerTimeout);
    }
    if (this.#outgoing.isUnderWay) at = Math.min(at, this.#resentAt + this.#resendDelay);
    if (at === Infinity || (this.#timer !== undefined && this.#timerAt <= at)) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = unheldTimer(this.#timedOut, Math.max(0, at - performance.now()));
  }

  readonly #timedOut = () => {
    this.#timer = undefined;
    const now = performance.now();
    if (now - this.#timerAt > standstill) this.#heardAt = this.#progressAt = this.#resentAt = now;
    else this.#round(now);
    if (!this.#isClosed) this.#setTimer();
  };

  /** Does what is due. */
  #round(now: number): void {
    const { peerTimeout } = this.#settings;
    const outgoing = this.#outgoing;
    if (now >= this.#ackAt) this.#sendSoon();
    if (this.#isWaiting) {
      if (now >= this.#heardAt + peerTimeout) {
        this.#isSilent = true;
        return this.#break(0);
      }
      if (now >= Math.max(this.#heardAt, this.#askedAt) + this.#askInterval) this.#ask();
    }
    if (!outgoing.isUnderWay || now < this.#resentAt + this.#resendDelay) return;
    // The peer may be alive and yet not get these pieces.
    if (now >= this.#progressAt + maxStuck * peerTimeout) return this.#break(0);
    this.#resentAt = now;
    this.#resendDelay = Math.min(2 * this.#resendDelay, maxResendDelay);
    this.#isRepairing = true;
    this.#publish(outgoing.oldest, outgoing.takeOldest());
  }
}

function ignore(): void {}

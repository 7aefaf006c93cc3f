/**
 * The generations of the two ends of a link, as one end knows them.
 *
 * Each end counts its own. It begins a new one when the link breaks, and names both in each packet.
 * So an end that missed a break learns of it from any later packet, or from the answer to its own.
 *
 * @module
 */

import { type Packet, resetAck } from "./packets.ts";

/** So much newer than the last one may a peer's generation be. A forged one leaves room for newer ones. */
const maxStep = 2 ** 32;
/** The highest generation that this end surpasses, for the same reason. */
const maxSurpassed = 2 ** 52;
/** The last generation of any link in this process: none is ever used twice. */
let last = 0;

/**
 * What a packet says: nothing; that its sender has missed a break; the same, and that this end has
 * missed one, too; that there was one; the usual.
 */
export type Verdict = "past" | "outdated" | "crossed" | "broken" | "current";

/** What has to be compared when a packet arrives. */
export class LinkGenerations {
  #own = ++last;
  /** The peer's generation; 0 until it is known. */
  #peer = 0;
  /** The peer's generation at the last break here. Only newer ones count. */
  #lastPeer = 0;
  #hasBroken = false;

  get own(): number {
    return this.#own;
  }

  /** Whether the peer's generation is known. */
  get isPeerKnown(): boolean {
    return this.#peer > 0;
  }

  /** What the next packet names as the peer's generation. */
  get named(): number {
    return this.#peer > 0 ? this.#peer : this.#lastPeer;
  }

  /** What the next packet acknowledges, if this has arrived. */
  ack(arrived: number): number {
    if (this.#peer > 0) return arrived;
    return this.#lastPeer > 0 ? resetAck : 0;
  }

  /** Whether a packet names the generation here, so that what it acknowledges counts. */
  isNamedBy({ peerGeneration, ack }: Packet): boolean {
    return peerGeneration === this.#own && ack !== resetAck;
  }

  /**
   * Whether the pieces of a packet that was not judged otherwise may be taken. After a break, the
   * sender has to know of it. At the beginning, that would only cost time.
   */
  mayTake({ peerGeneration }: Packet): boolean {
    return peerGeneration === this.#own || (peerGeneration === 0 && !this.#hasBroken);
  }

  /** @param isFresh Whether nothing of this generation has been exchanged, as far as is known here. */
  judge({ generation, peerGeneration, ack }: Packet, isFresh: boolean): Verdict {
    // The second would be a generation that has never been.
    if (generation < this.#peer || peerGeneration > this.#own) return "past";
    const known = Math.max(this.#peer, this.#lastPeer);
    if (known > 0 && generation > known + maxStep) return "past";
    const isReset = ack === resetAck;
    // A peer that has broken the link names the old generation until it knows the new one.
    const hasMissed = !isReset && peerGeneration !== 0 && peerGeneration < this.#own;
    if (hasMissed && this.#peer > 0 && generation > this.#peer) {
      // Otherwise each end would wait for ever for the other one to learn of its break.
      return isFresh ? "crossed" : "broken";
    }
    if (hasMissed || generation <= this.#lastPeer) return "outdated";
    if (generation === this.#peer) return "current";
    const isNamed = peerGeneration === this.#own;
    // Two ends that begin at once do not know each other, and have broken nothing.
    if (this.#peer === 0) return isReset && isNamed ? "broken" : "current";
    // A peer that names this generation in a new one has met it only now. If both ends broke that, each
    // time one learns of the other's break, there would be no end of breaks.
    return isNamed && !isReset && isFresh ? "current" : "broken";
  }

  /** The peer has this generation, which is not older than what was known. */
  met(generation: number): void {
    this.#peer = generation;
  }

  /**
   * Whether the link has to break for a packet of the past: another process has forged this one, or
   * one before it. If the packet names a generation that has never been, the next one here is newer.
   *
   * @param isLost Whether nothing else has come of the peer for so long that nothing is on its way.
   */
  isForged({ peerGeneration }: Packet, isLost: boolean): boolean {
    // The peer's true generation is another one than is known here.
    if (isLost) this.#peer = this.#lastPeer = 0;
    const isSurpassed = peerGeneration > this.#own && peerGeneration <= maxSurpassed;
    if (isSurpassed) this.#own = peerGeneration;
    return isSurpassed || isLost;
  }

  /** Begins a new generation. The peer's is unknown from now on. */
  renew(): void {
    this.#own = Math.max(++last, this.#own + 1);
    this.#hasBroken = true;
    this.#lastPeer = Math.max(this.#lastPeer, this.#peer);
    this.#peer = 0;
  }
}

/**
 * All other servers that this one exchanges messages with, over its own channel of the bus.
 *
 * @module
 */

import { callSafely } from "../cluster/attempt.ts";
import type { Bus, BusListener } from "../cluster/bus.ts";
import { type Timer, unheld, unheldTimer } from "../event_loop/unheld_timer.ts";
import { otherVersion } from "./claim_value.ts";
import type { Head } from "./exchange_messages.ts";
import { decodePacket, foreignSender } from "./packets.ts";
import { Peer } from "./peer.ts";
import type { ServerLink } from "./server_link.ts";

/** The times and limits of links, except those of the bus. */
export interface PeerSettings {
  readonly peerTimeout: number;
  readonly maxMessage: number;
}

/** What peers need of their server. */
export interface PeersHost {
  /** An exchange that another server begins. */
  begun(peer: Peer, head: Head, body: string): void;
  /** A message to all servers. */
  inquiry(payload: unknown): void;
  /** This server has not heard others for a while, and does again. */
  rejoined(): void;
  warnOnce(message: string): void;
  busFailed(call: string, error: unknown): void;
  failed(error: unknown): void;
}

/** Peers that are remembered. If there are more, some are forgotten. */
const maxPeers = 1000;
/** If fewer are forgotten at a time, it takes too long to find them. */
const fewPeers = 50;
/** How many times the longest message all parts of messages may have whose ends have not come. */
const maxParts = 2;
/** The most milliseconds between two looks whether this server still hears itself. */
const maxHearingInterval = 2000;
/** How often it may miss itself before it subscribes anew. */
const maxMissed = 2;
/** Milliseconds until a subscription that has failed, or a search for peers to forget, is tried again. */
const retryDelay = 1000;
/** Milliseconds in which other servers have to take what is left at the end. */
const closeTimeout = 1000;

/** Finds them by their incarnation. */
export class AllPeers {
  readonly #bus: Bus;
  readonly #server: string;
  /** What the names of channels begin with. */
  readonly #start: string;
  readonly #settings: PeerSettings;
  readonly #host: PeersHost;
  readonly #all = new Map<string, Peer>();
  /** Whether this server hears others. */
  hasJoined = false;
  #joined: Promise<void>;
  readonly #listeners: [channel: string, listener: BusListener][] = [];
  #missed = 0;
  #joinTimer: Timer | undefined;
  /** When it has heard itself, by `performance.now()`. */
  #heardAt = performance.now();
  /** When it has heard itself again after a while in which it did not. */
  #resumedAt = -Infinity;
  readonly #hearingInterval: number;
  #hearingTimer: ReturnType<typeof setInterval> | undefined;
  /** Until when there are only peers that cannot be forgotten, by `performance.now()`. */
  #fullUntil = -Infinity;
  #isClosed = false;

  constructor(bus: Bus, name: string, server: string, settings: PeerSettings, host: PeersHost) {
    this.#bus = bus;
    this.#server = server;
    this.#start = `sj:${name}:`;
    this.#settings = settings;
    this.#host = host;
    // It notices its own deafness before it takes that for the silence of others.
    this.#hearingInterval = Math.min(maxHearingInterval, settings.peerTimeout / 3);
    this.#joined = this.#tryToJoin();
    callSafely(() => bus.watch({ back: () => this.#back() }), (error) => host.failed(error));
    this.#hearingTimer = unheld(setInterval(() => this.#listen(), this.#hearingInterval));
  }

  /** Resolves when this server hears others. Rejects if it cannot. */
  joined(): Promise<void> {
    return this.#joined;
  }

  /**
   * Whether silence is the others': otherwise this server may be the one that is cut off, or was until
   * a moment ago.
   */
  get hearsItself(): boolean {
    const now = performance.now();
    return this.#isHeard(now) && now - this.#resumedAt >= this.#settings.peerTimeout;
  }

  #isHeard(now: number): boolean {
    return now - this.#heardAt < 2 * this.#hearingInterval;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#all.size;
  }

  get(server: string): Peer {
    let peer = this.#all.get(server);
    if (peer === undefined) {
      if (this.#all.size >= maxPeers) this.#forgetSome();
      const { peerTimeout, maxMessage } = this.#settings;
      const settings = { peerTimeout, maxMessage, maxPayload: this.#bus.maxPayload };
      const channel = `${this.#start}p:${server}`;
      peer = new Peer(this.#server, server, settings, {
        publish: (payload) => this.#bus.publish(channel, payload),
        begun: (peer, head, body) => this.#host.begun(peer, head, body),
        failed: (error) => this.#host.failed(error),
      });
      this.#all.set(server, peer);
    }
    return peer;
  }

  /** Resolves when the others have all that was sent, or after a second. */
  async close(): Promise<void> {
    clearInterval(this.#hearingTimer);
    clearTimeout(this.#joinTimer);
    this.#joinTimer = undefined;
    const end = performance.now() + closeTimeout;
    const peers = [...this.#all.values()];
    while (performance.now() < end && peers.some(({ link }) => !link.isSettled)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#isClosed = true;
    for (const { link } of this.#all.values()) link.close();
    for (const [channel, listener] of this.#listeners) await this.#unsubscribe(channel, listener);
  }

  /** Whether there is no place for a stranger. Looks seldom, as there may be many of them. */
  get #isFull(): boolean {
    if (this.#all.size < maxPeers) return false;
    const now = performance.now();
    if (now < this.#fullUntil) return true;
    this.#forgetSome();
    const isFull = this.#all.size >= maxPeers;
    if (isFull) this.#fullUntil = now + retryDelay;
    return isFull;
  }

  /**
   * Forgets strangers; if there are few, also peers that have been idle for long. A peer that lives and
   * was forgotten has to break its link, which may cost a request.
   */
  #forgetSome(): void {
    const all = [...this.#all.values()].filter((peer) => peer.isFree);
    const strangers = all.filter(({ isKnown }) => !isKnown);
    const forgotten = longestSilent(strangers);
    if (forgotten.length < fewPeers) {
      forgotten.push(...longestSilent(all.filter(({ isKnown, isIdle }) => isKnown && isIdle)));
    }
    for (const { server, link } of forgotten) {
      link.close();
      this.#all.delete(server);
    }
  }

  /** Breaks links whose messages do not end, the longest first, if too much is kept of all of them. */
  #boundParts(): void {
    for (;;) {
      let [sum, most] = [0, 0];
      let longest: ServerLink | undefined;
      for (const { link } of this.#all.values()) {
        const { parts } = link.load;
        sum += parts;
        if (parts > most) [most, longest] = [parts, link];
      }
      if (longest === undefined || sum <= maxParts * this.#settings.maxMessage) return;
      longest.break();
    }
  }

  async #join(): Promise<void> {
    const own = `${this.#start}p:${this.#server}`;
    await this.#subscribe(own, (payload) => this.#received(payload));
    await this.#subscribe(`${this.#start}o`, (payload) => this.#host.inquiry(payload));
    this.hasJoined = true;
  }

  async #subscribe(channel: string, take: (payload: unknown) => void): Promise<void> {
    const listener: BusListener = (payload) => {
      if (this.#isClosed) return;
      try {
        take(payload);
      } catch (error) {
        this.#host.failed(error);
      }
    };
    this.#listeners.push([channel, listener]);
    await this.#bus.subscribe(channel, listener);
  }

  async #unsubscribe(channel: string, listener: BusListener): Promise<void> {
    try {
      await this.#bus.unsubscribe(channel, listener);
    } catch (error) {
      this.#host.busFailed("unsubscribe at", error);
    }
  }

  #received(payload: unknown): void {
    if (payload === this.#server) {
      this.#missed = 0;
      const now = performance.now();
      if (!this.#isHeard(now)) this.#resumedAt = now;
      this.#heardAt = now;
      return;
    }
    const packet = decodePacket(payload);
    if (packet === undefined) {
      return this.#host.warnOnce(
        foreignSender(payload) === undefined
          ? "A packet on the bus was not understood, and dropped"
          : otherVersion,
      );
    }
    if (packet.from === this.#server) return;
    if (this.#isFull && !this.#all.has(packet.from)) {
      return this.#host.warnOnce(`More than ${maxPeers} servers share sessions on the bus`);
    }
    const { link } = this.get(packet.from);
    link.received(packet);
    if (packet.pieces.at(-1)?.isPart) this.#boundParts();
  }

  /** Publishes to oneself: nothing else shows for sure that messages still come. */
  #listen(): void {
    if (++this.#missed > maxMissed) {
      this.#missed = 0;
      this.#host.warnOnce("This server does not hear itself on the bus, and subscribes anew");
      this.#rejoin();
    }
    this.#publishToSelf().catch((error) => this.#host.busFailed("publish to", error));
  }

  async #publishToSelf(): Promise<void> {
    await this.#bus.publish(`${this.#start}p:${this.#server}`, this.#server);
  }

  #rejoin(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#joinTimer);
    this.#joinTimer = undefined;
    this.hasJoined = false;
    for (const [channel, listener] of this.#listeners.splice(0)) {
      this.#unsubscribe(channel, listener);
    }
    this.#joined = this.#tryToJoin();
    this.#joined.then(() => this.#host.rejoined(), () => {});
  }

  /** Tries again as long as it fails. What waits for this attempt is told of its failure. */
  #tryToJoin(): Promise<void> {
    const joined = this.#join();
    joined.catch((error) => {
      if (this.#isClosed) return;
      this.#host.busFailed("subscribe at", error);
      this.#joinTimer = unheldTimer(() => this.#rejoin(), retryDelay);
    });
    return joined;
  }

  /** The bus works again: what has failed is tried at once. */
  #back(): void {
    if (this.#joinTimer !== undefined) this.#rejoin();
  }
}

/** The half of them that was not heard for the longest time. */
function longestSilent(peers: Peer[]): Peer[] {
  peers.sort((one, other) => one.link.load.heardAt - other.link.load.heardAt);
  return peers.slice(0, Math.ceil(peers.length / 2));
}

/**
 * Topics and broadcasts across the processes of a cluster.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { SharedMessage } from "../protocol/message.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import type { Bus, BusListener } from "./bus.ts";

/** What it needs of its server. */
export interface ClusterMember {
  /** Gives a message of another process to the subscribers of a topic; without one, to all connections. */
  deliver(topic: string | undefined, message: SharedMessage): void;
  /** Messages may have been missed, here or elsewhere. */
  gap(): void;
  /** Something that an operator should know. */
  warnOnce(message: string): void;
}

/** Characters of published messages that may wait for the bus. Further ones are dropped. */
const maxPending = 16 * 1024 * 1024;
/** Milliseconds until a subscription that has failed is tried again. */
const retryDelay = 1000;
/** How many channels are kept for topics that are published to. */
const keptChannels = 1000;

/** A topic that has subscribers here. */
interface Subscription {
  readonly channel: string;
  readonly listener: BusListener;
  isWanted: boolean;
  /** Whether the bus has confirmed it. */
  isThere: boolean;
}

/** Passes messages between this server and all others of the same name. */
export class ClusterTopics {
  readonly #bus: Bus;
  readonly #member: ClusterMember;
  /** What the names of all channels begin with. */
  readonly #start: string;
  /**
   * What this server's messages begin with: a line of JSON with its random id. What follows the line is
   * the message, as a JSON string. Later versions may add fields, but never change this.
   */
  readonly #ownLine = `${JSON.stringify({ from: randomBytes(16).toString("hex") })}\n`;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #channels = new Map<string, string>();
  readonly #broadcast: Subscription;
  #pending = 0;
  #gapIsNear = false;
  #isClosed = false;

  constructor(bus: Bus, name: string, member: ClusterMember) {
    this.#bus = bus;
    this.#member = member;
    this.#start = `sj:${name}:`;
    this.#broadcast = this.#subscribe(undefined, `${this.#start}b`);
    bus.watch({
      back: ({ missedMessages }) => {
        if (missedMessages) this.#gap();
      },
    });
  }

  /** A topic has its first subscriber here. */
  subscribed(topic: string): void {
    const subscription = this.#subscriptions.get(topic);
    if (subscription !== undefined) subscription.isWanted = true;
    else this.#subscriptions.set(topic, this.#subscribe(topic, this.#channelOf(topic)));
  }

  /** A topic has lost its last subscriber here. */
  unsubscribed(topic: string): void {
    const subscription = this.#subscriptions.get(topic);
    if (subscription === undefined) return;
    subscription.isWanted = false;
    if (subscription.isThere) this.#unsubscribe(topic, subscription);
  }

  /** Sends a message to the other servers; without a topic, for all their connections. */
  publish(topic: string | undefined, message: SharedMessage): void {
    if (this.#isClosed) return;
    const channel = topic === undefined ? this.#broadcast.channel : this.#channelOf(topic);
    const payload = this.#ownLine + message.framed.text;
    if (this.#pending + payload.length > maxPending && this.#pending > 0) return this.#gap();
    this.#pending += payload.length;
    attempt(() => this.#bus.publish(channel, payload)).then(
      () => {
        this.#pending -= payload.length;
      },
      (error) => {
        this.#pending -= payload.length;
        this.#failed("publish to", error);
        this.#gap();
      },
    );
  }

  /** Leaves all topics. The bus itself stays open. */
  close(): void {
    this.#isClosed = true;
    for (const topic of [...this.#subscriptions.keys()]) this.unsubscribed(topic);
    this.#broadcast.isWanted = false;
    if (this.#broadcast.isThere) this.#unsubscribe(undefined, this.#broadcast);
  }

  #subscribe(topic: string | undefined, channel: string): Subscription {
    const listener = (payload: string) => this.#received(topic, payload);
    const subscription: Subscription = { channel, listener, isWanted: true, isThere: false };
    this.#trySubscribing(topic, subscription);
    return subscription;
  }

  #trySubscribing(topic: string | undefined, subscription: Subscription): void {
    attempt(() => this.#bus.subscribe(subscription.channel, subscription.listener)).then(
      () => {
        subscription.isThere = true;
        if (!subscription.isWanted) this.#unsubscribe(topic, subscription);
      },
      (error) => {
        if (this.#isClosed || !subscription.isWanted) return this.#forget(topic);
        this.#failed("subscribe at", error);
        const timer: { unref?(): void } | number = setTimeout(() => {
          if (subscription.isWanted) this.#trySubscribing(topic, subscription);
          else this.#forget(topic);
        }, retryDelay);
        // It keeps no process from its end.
        if (typeof timer === "object") timer.unref?.();
      },
    );
  }

  #unsubscribe(topic: string | undefined, { channel, listener }: Subscription): void {
    this.#forget(topic);
    attempt(() => this.#bus.unsubscribe(channel, listener))
      .catch((error) => this.#failed("unsubscribe at", error));
  }

  #forget(topic: string | undefined): void {
    if (topic !== undefined) this.#subscriptions.delete(topic);
  }

  #received(topic: string | undefined, payload: string): void {
    if (this.#isClosed || payload.startsWith(this.#ownLine)) return;
    const end = payload.indexOf("\n");
    const message = end < 0 ? undefined : SharedMessage.received(payload.slice(end + 1));
    if (message !== undefined) this.#member.deliver(topic, message);
    else this.#member.warnOnce("A message on the bus was not understood, and dropped");
  }

  /** The name is hashed: names may be long, may have any characters, and may be secret. */
  #channelOf(topic: string): string {
    const known = this.#subscriptions.get(topic)?.channel ?? this.#channels.get(topic);
    if (known !== undefined) return known;
    const digest = createHash("sha256").update(JSON.stringify(topic)).digest("hex").slice(0, 32);
    const channel = `${this.#start}t:${digest}`;
    if (this.#channels.size >= keptChannels) this.#channels.clear();
    this.#channels.set(ownCopy(topic), channel);
    return channel;
  }

  #gap(): void {
    if (this.#gapIsNear || this.#isClosed) return;
    // What is missed together is told once.
    this.#gapIsNear = true;
    queueMicrotask(() => {
      this.#gapIsNear = false;
      if (!this.#isClosed) this.#member.gap();
    });
  }

  #failed(what: string, error: unknown): void {
    if (this.#isClosed) return;
    this.#member.warnOnce(`Cannot ${what} the bus: ${(error as Error)?.message ?? error}`);
  }
}

/** Calls a method of a bus, which may be of another author, and throw. */
async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  return await call();
}

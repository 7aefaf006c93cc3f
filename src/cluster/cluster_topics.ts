/**
 * Topics and broadcasts across the processes of a cluster.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers";
import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";
import { keyOf, textOf } from "../protocol/map_key.ts";
import { SharedMessage } from "../protocol/message.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import type { Bus, BusListener } from "./bus.ts";
import { Gaps } from "./gaps.ts";

/** What it needs of its server. */
export interface ClusterMember {
  /**
   * Gives a message of another process to the subscribers of a topic; without one, to all
   * connections. Returns whether it could.
   */
  deliver(topic: string | undefined, message: SharedMessage): boolean;
  /** Messages may have been missed, here or elsewhere. */
  gap(): void;
  /** Something that an operator should know. */
  warnOnce(message: string): void;
  /** A call of the bus has failed, with whatever it threw. */
  busFailed(call: string, error: unknown): void;
}

/** If more characters wait for the bus at the end of a turn, further messages are dropped. */
const maxPending = 16 * 1024 * 1024;
/** Milliseconds until a subscription that has failed is tried again. */
const retryDelay = 1000;
/** How many subscriptions the bus is asked for at a time. Clients may cause any number of them. */
const maxUnconfirmed = 1000;
/** How many channels are kept for topics that are published to. */
const keptChannels = 1000;

/** A topic as the key of a map (`keyOf`); `undefined` stands for broadcasts. */
type Topic = string | undefined;

/** A subscription that the bus has been asked for. */
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
   * the message, as a JSON string, or `null`: messages are missing. Later versions may add fields, but
   * never change this.
   */
  readonly #ownLine = `${JSON.stringify({ from: randomBytes(16).toString("hex") })}\n`;
  readonly #subscriptions = new Map<Topic, Subscription>();
  /** Topics with subscribers here, for which the bus has yet to be asked. */
  readonly #waiting = new Set<Topic>();
  /** The same, but the bus has refused them. All are tried again together. */
  readonly #refused = new Set<Topic>();
  #unconfirmed = 0;
  readonly #channels = new Map<string, string>();
  /** Characters that the bus has not taken yet. */
  #pending = 0;
  /** Whether they were too many at the end of a turn of the event loop, and still are. */
  #isFull = false;
  readonly #gaps: Gaps;
  #retryTimer: Timer | undefined;
  #isClosed = false;

  constructor(bus: Bus, name: string, member: ClusterMember) {
    this.#bus = bus;
    this.#member = member;
    this.#start = `sj:${name}:`;
    const broadcast = this.#channelOf(undefined);
    this.#gaps = new Gaps(
      () => member.gap(),
      () => attempt(() => bus.publish(broadcast, `${this.#ownLine}null`)),
    );
    bus.watch({
      back: ({ missedMessages }) => {
        if (missedMessages) this.#gaps.here();
      },
    });
    this.subscribed(undefined);
  }

  /** A topic has its first subscriber here. */
  subscribed(name: string | undefined): void {
    if (this.#isClosed) return;
    const topic = topicOf(name);
    const subscription = this.#subscriptions.get(topic);
    if (subscription !== undefined) {
      subscription.isWanted = true;
      return;
    }
    this.#waiting.add(topic);
    this.#subscribeNext();
  }

  /** A topic has lost its last subscriber here. */
  unsubscribed(name: string | undefined): void {
    this.#leave(topicOf(name));
  }

  #leave(topic: Topic): void {
    if (this.#waiting.delete(topic) || this.#refused.delete(topic)) return;
    const subscription = this.#subscriptions.get(topic);
    if (subscription === undefined) return;
    subscription.isWanted = false;
    if (subscription.isThere) this.#unsubscribe(topic, subscription);
  }

  /** Sends a message to the other servers; without a topic, for all their connections. */
  publish(name: string | undefined, message: SharedMessage): void {
    if (this.#isClosed) return;
    // What a listener for gaps publishes causes no gap, or it would be called for ever.
    const isAnswer = this.#gaps.isTelling;
    if (this.#isFull) return this.#gaps.everywhere(isAnswer);
    const payload = this.#ownLine + message.framed.text;
    const wasMuch = this.#pending > maxPending;
    this.#pending += payload.length;
    if (!wasMuch && this.#pending > maxPending) setImmediate(this.#lookWhetherFull);
    attempt(() => this.#bus.publish(this.#channelOf(topicOf(name)), payload)).then(
      () => this.#settled(payload),
      (error) => {
        this.#settled(payload);
        this.#failed("publish to", error);
        this.#gaps.everywhere(isAnswer);
      },
    );
  }

  /** Leaves all topics. The bus itself stays open. */
  close(): void {
    this.#isClosed = true;
    this.#gaps.close();
    clearTimeout(this.#retryTimer);
    this.#waiting.clear();
    this.#refused.clear();
    for (const topic of [...this.#subscriptions.keys()]) this.#leave(topic);
  }

  /** At the end of a turn: the bus may take at once whatever is published in it. */
  readonly #lookWhetherFull = () => {
    this.#isFull = this.#pending > maxPending;
  };

  #settled(payload: string): void {
    this.#pending -= payload.length;
    if (this.#pending <= maxPending) this.#isFull = false;
  }

  #subscribeNext(): void {
    for (const topic of this.#waiting) {
      if (this.#unconfirmed >= maxUnconfirmed) return;
      this.#waiting.delete(topic);
      this.#subscribe(topic);
    }
  }

  #subscribe(topic: Topic): void {
    const channel = this.#channelOf(topic);
    const listener = (payload: string) => {
      if (subscription.isWanted) this.#received(topic, payload);
    };
    const subscription: Subscription = { channel, listener, isWanted: true, isThere: false };
    this.#subscriptions.set(topic, subscription);
    this.#unconfirmed++;
    attempt(() => this.#bus.subscribe(channel, listener)).then(
      () => {
        this.#unconfirmed--;
        subscription.isThere = true;
        if (!subscription.isWanted) this.#unsubscribe(topic, subscription);
        this.#subscribeNext();
      },
      (error) => {
        this.#unconfirmed--;
        if (subscription.isWanted) this.#refusedWith(error, topic);
        // It may be there nevertheless, and must deliver nothing beside the next one.
        subscription.isWanted = false;
        this.#unsubscribe(topic, subscription);
        this.#subscribeNext();
      },
    );
  }

  #refusedWith(error: unknown, topic: Topic): void {
    this.#failed("subscribe at", error);
    this.#refused.add(topic);
    this.#retryTimer ??= unheldTimer(() => {
      this.#retryTimer = undefined;
      for (const refused of this.#refused) this.#waiting.add(refused);
      this.#refused.clear();
      this.#subscribeNext();
    }, retryDelay);
  }

  #unsubscribe(topic: Topic, { channel, listener }: Subscription): void {
    this.#subscriptions.delete(topic);
    attempt(() => this.#bus.unsubscribe(channel, listener))
      .catch((error) => this.#failed("unsubscribe at", error));
  }

  #received(topic: Topic, payload: unknown): void {
    if (this.#isClosed) return;
    const text = typeof payload === "string" ? payload : "";
    if (text.startsWith(this.#ownLine)) return;
    const json = text.slice(text.indexOf("\n") + 1 || text.length);
    if (json === "null") return this.#gaps.here();
    const message = SharedMessage.received(json);
    if (message === undefined) {
      this.#member.warnOnce("A message on the bus was not understood, and dropped");
    } else if (!this.#member.deliver(topic && textOf(topic), message)) {
      this.#gaps.here();
    }
  }

  /** The name is hashed: names may be long, may have any characters, and may be secret. */
  #channelOf(topic: Topic): string {
    if (topic === undefined) return `${this.#start}b`;
    const known = this.#subscriptions.get(topic)?.channel ?? this.#channels.get(topic);
    if (known !== undefined) return known;
    const digest = createHash("sha256").update(JSON.stringify(textOf(topic))).digest("hex").slice(
      0,
      32,
    );
    const channel = `${this.#start}t:${digest}`;
    if (this.#channels.size >= keptChannels) this.#channels.clear();
    this.#channels.set(ownCopy(topic), channel);
    return channel;
  }

  #failed(call: string, error: unknown): void {
    if (!this.#isClosed) this.#member.busFailed(call, error);
  }
}

function topicOf(name: string | undefined): Topic {
  return name === undefined ? undefined : keyOf(name);
}

/** Calls a method of a bus, which may be of another author, and throw. */
async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  return await call();
}

/**
 * Keeps a server subscribed to its topics, on a bus that may refuse.
 *
 * @module
 */

import type { Bus, BusListener } from "./bus.ts";
import { attempt } from "./attempt.ts";
import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";
import { type Topic, TopicQueue } from "./topic_queue.ts";

/** What it needs of the topics of a server. */
export interface TopicsOwner {
  channelOf(topic: Topic): string;
  received(topic: Topic, payload: unknown): void;
  /** A call of the bus has failed, with whatever it threw. */
  failed(call: string, error: unknown): void;
}

/** A subscription that the bus has been asked for. */
interface Subscription {
  readonly channel: string;
  readonly listener: BusListener;
  isWanted: boolean;
  /** Whether the bus has confirmed it. */
  isThere: boolean;
}

/** How many subscriptions the bus is asked for at a time. Clients may cause any number of them. */
const maxAtOnce = 1000;
/** The same after the bus has refused one: each costs time, also if the bus refuses at once. */
const maxRefused = 100;
/** Milliseconds until refused ones are tried again: twice as long each time, until the bus confirms one. */
const shortestDelay = 100;
const longestDelay = 3200;

/** The subscriptions of a server. */
export class TopicSubscriptions {
  readonly #bus: Bus;
  readonly #owner: TopicsOwner;
  readonly #subscriptions = new Map<Topic, Subscription>();
  /** Topics with subscribers here, for which the bus has yet to be asked. */
  readonly #waiting = new TopicQueue();
  /** The same, but the bus has refused them. */
  readonly #refused = new TopicQueue();
  /** How many of the refused ones are to be tried again before the next pause. */
  #retries = 0;
  #unconfirmed = 0;
  /** How many the bus has refused since the last pause. */
  #refusals = 0;
  /** How many may be unconfirmed or refused before the next pause. */
  #limit = maxAtOnce;
  #delay = shortestDelay;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(bus: Bus, owner: TopicsOwner) {
    this.#bus = bus;
    this.#owner = owner;
  }

  /** The channel of a topic that the bus has been asked for. */
  channelOf(topic: Topic): string | undefined {
    return this.#subscriptions.get(topic)?.channel;
  }

  add(topic: Topic): void {
    const subscription = this.#subscriptions.get(topic);
    if (subscription !== undefined) {
      subscription.isWanted = true;
      return;
    }
    this.#waiting.add(topic);
    this.#subscribeNext();
  }

  remove(topic: Topic): void {
    if (this.#waiting.delete(topic) || this.#refused.delete(topic)) return;
    const subscription = this.#subscriptions.get(topic);
    if (subscription === undefined) return;
    subscription.isWanted = false;
    if (subscription.isThere) this.#unsubscribe(topic, subscription);
  }

  /** Tries those again that the bus has refused. */
  retry(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#refusals = 0;
    this.#retries = this.#refused.size;
    this.#subscribeNext();
  }

  /** Leaves all topics. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
    this.#refused.clear();
    for (const topic of [...this.#subscriptions.keys()]) this.remove(topic);
  }

  #subscribeNext(): void {
    for (;;) {
      const taken = this.#unconfirmed + this.#refusals;
      if (taken >= this.#limit) return;
      if (this.#waiting.size > 0) this.#subscribe(this.#waiting.take());
      else {
        // Half of the places are left to new topics, which the bus may not refuse.
        if (this.#retries === 0 || this.#refused.size === 0 || taken >= this.#limit / 2) return;
        this.#retries--;
        this.#subscribe(this.#refused.take());
      }
    }
  }

  #subscribe(topic: Topic): void {
    const channel = this.#owner.channelOf(topic);
    const listener = (payload: string) => {
      if (subscription.isWanted) this.#owner.received(topic, payload);
    };
    const subscription: Subscription = { channel, listener, isWanted: true, isThere: false };
    this.#subscriptions.set(topic, subscription);
    this.#unconfirmed++;
    attempt(() => this.#bus.subscribe(channel, listener)).then(
      () => {
        this.#unconfirmed--;
        this.#delay = shortestDelay;
        this.#limit = Math.min(this.#limit + 1, maxAtOnce);
        subscription.isThere = true;
        if (!subscription.isWanted) this.#unsubscribe(topic, subscription);
        this.#subscribeNext();
      },
      (error) => {
        this.#unconfirmed--;
        this.#owner.failed("subscribe at", error);
        if (subscription.isWanted) this.#refused.add(topic);
        // It may be there nevertheless, and must deliver nothing beside the next one.
        subscription.isWanted = false;
        this.#unsubscribe(topic, subscription);
        this.#pause();
        this.#subscribeNext();
      },
    );
  }

  /** A place that a refusal has taken is free again after a while. */
  #pause(): void {
    this.#refusals++;
    this.#limit = maxRefused;
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = unheldTimer(() => this.retry(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, longestDelay);
  }

  #unsubscribe(topic: Topic, { channel, listener }: Subscription): void {
    this.#subscriptions.delete(topic);
    attempt(() => this.#bus.unsubscribe(channel, listener))
      .catch((error) => this.#owner.failed("unsubscribe at", error));
  }
}
